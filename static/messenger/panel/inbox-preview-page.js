/**
 * In the preview's frame: the real widget, whose requests are answered here. No contact is made, nothing is sent,
 * and nothing of it outlasts the page.
 */

const API = "/api/widget/";
const token = `preview-${Math.random().toString(36).slice(2)}`;
let said = null;
let messages = [];

window.fetch = async (address, options) => {
  const { pathname } = new URL(address, location.href);
  const name = pathname.slice(pathname.indexOf(API) + API.length);
  return Response.json(answer(name, options));
};
// The widget takes the focus when it opens, `inert` or not: whoever types a title must keep it.
HTMLElement.prototype.focus = () => {};
window.addEventListener("message", (event) => {
  if (event.source !== parent || event.origin !== location.origin) return;
  const first = said === null;
  said = event.data;
  if (first) loadWidget();
  // Until it is loaded what was said last is kept for then.
  else if (window.Messenger) show();
});
window.addEventListener("pagehide", forget);
parent.postMessage("ready", location.origin);

function loadWidget() {
  const script = document.createElement("script");
  script.src = document.body.dataset.widget;
  script.dataset.widgetToken = token;
  script.addEventListener("load", show);
  document.head.append(script);
}

function show() {
  const { state, theme } = said;
  document.documentElement.dataset.theme = theme;
  // Opens a session anew, which brings the settings of this moment.
  window.Messenger.identify({});
  if (state === "open") window.Messenger.open();
  else window.Messenger.close();
  whenLoaded(paintTheme);
}

/** The widget follows the system; here it follows the button. */
function paintTheme() {
  const { shadowRoot } = document.querySelector("[data-messenger]");
  const dark = said.theme === "dark";
  for (const sheet of shadowRoot.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule)) continue;
      rule.msgrDark ??= rule.conditionText.includes("prefers-color-scheme");
      if (rule.msgrDark) rule.media.mediaText = dark ? "all" : "not all";
    }
  }
}

function whenLoaded(action) {
  action();
  const { shadowRoot } = document.querySelector("[data-messenger]");
  shadowRoot.addEventListener("load", action, { capture: true, once: true });
}

function answer(name, options) {
  if (name === "bootstrap/") return bootstrap();
  if (name === "poll/") return { ...news(), messages };
  if (name === "send/") return echo(options);
  return { status: "ok" };
}

function echo({ body }) {
  const { body: text, client_message_id } = JSON.parse(body);
  const message = {
    ...written("in", text, messages.length + 1),
    client_message_id,
  };
  messages = [...messages, message];
  return message;
}

function news() {
  const { settings, tab } = said;
  return {
    has_more: false,
    operator_typing: false,
    operator_read_up_to: 0,
    rating_requested: tab === "rating" && settings.rating_enabled,
    rating_type: settings.rating_type,
    rating_max_score: settings.rating_type === "nps" ? 10 : 5,
    conversation: {
      id: 1,
      status: tab === "rating" ? "resolved" : "open",
      assignee_name: null,
      assignee_avatar: null,
    },
  };
}

function bootstrap() {
  const { settings, tab, locale } = said;
  return {
    ...news(),
    ...settings,
    widget_session_token: token,
    visitor_token: token,
    conversation_id: 1,
    messages,
    initial_messages: messages,
    outside_working_hours: false,
    working_hours_message: "",
    working_hours_display: "",
    next_opening_at: null,
    offline_mode: tab === "offline" && settings.offline_mode,
    details_wanted: [],
    locale,
    sse_enabled: false,
    max_file_size_bytes: 1,
    max_files: 5,
    allowed_content_types: ["image/png"],
    captcha_required: false,
    challenge: null,
    poll_interval_ms: 60_000,
  };
}

function written(direction, body, id) {
  return {
    id,
    direction,
    body,
    created_at: new Date().toISOString(),
    read_at: null,
    sender_name: "",
    sender_avatar: null,
    client_message_id: null,
    attachments: [],
  };
}

function forget() {
  for (const storage of [localStorage, sessionStorage]) {
    for (const key of Object.keys(storage)) {
      if (key.startsWith(`messenger:${token}`)) storage.removeItem(key);
    }
  }
}
