import { h, safeUrl } from "./dom.js";
import { formatMessage } from "./format.js";

/** The inbox's privacy text as a quiet line, where it is not part of a form. */
export function create({ base, panel, strings }) {
  const line = h("p", { class: "msgr-privacy" });
  let shown = null;
  panel.log.intro.append(line);
  return {
    render({ settings }) {
      const { consent_required, privacy_text: text, privacy_url } = settings;
      line.hidden = Boolean(consent_required || !(text || privacy_url));
      const key = `${text} ${privacy_url}`;
      if (key === shown) return;
      shown = key;
      line.replaceChildren(...privacy(settings, strings, base));
    },
  };
}

export function privacy({ privacy_text: text, privacy_url }, strings, base) {
  const href = privacy_url && safeUrl(privacy_url, base);
  const link = href
    ? h(
        "a",
        { href, target: "_blank", rel: "noopener noreferrer" },
        strings.privacy,
      )
    : null;
  return [
    text ? formatMessage(text) : null,
    text && link ? " " : null,
    link,
  ].filter(Boolean);
}
