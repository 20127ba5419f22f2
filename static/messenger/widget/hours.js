import { h, setText } from "./dom.js";
import { FOREVER_MS } from "./http.js";
import { isAway } from "./settings.js";
import { daysBetween } from "./timeline.js";

const WEEK = 7;

/** The inbox's words while nobody is there, and when it opens by the visitor's own clock. */
export function create(context) {
  const { onChange, panel, signal } = context;
  const when = whenFormat(context);
  const notice = h("p", { class: "msgr-notice", role: "status", hidden: true });
  let timer = null;
  panel.addBanner(notice);
  signal.addEventListener("abort", () => clearTimeout(timer));
  return {
    render({ settings }) {
      const { next_opening_at: opening } = settings;
      clearTimeout(timer);
      notice.hidden = !isAway(settings);
      if (notice.hidden) return;
      const date = new Date(opening ?? Number.NaN);
      const now = new Date();
      const text = [message(settings) || context.strings.away];
      if (date > now) {
        text.push(when(date, now));
        timer = setTimeout(onChange, untilChange(date, now));
      }
      setText(notice, text.join(" "));
    },
  };
}

function message(settings) {
  return settings.offline_mode
    ? settings.offline_message
    : settings.working_hours_message;
}

/** The opening itself, or midnight: "tomorrow" is "today" then. */
function untilChange(date, now) {
  const midnight = new Date(now).setHours(24, 0, 0, 0);
  return Math.min(FOREVER_MS, Math.min(date, midnight) - now + 50);
}

function whenFormat({ dates, strings }) {
  const relative = new Intl.RelativeTimeFormat(dates.locale, {
    numeric: "auto",
  });
  const weekday = new Intl.DateTimeFormat(dates.locale, { weekday: "long" });
  return (date, now) => {
    const days = daysBetween(now, date);
    const day =
      days < 2
        ? relative.format(days, "day")
        : days < WEEK
          ? strings.onWeekday(weekday.format(date))
          : dates.day(date, now);
    return strings.opensAt(day, dates.format("clock", date));
  };
}
