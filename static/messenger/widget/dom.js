const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  close: ["m6 6 12 12M18 6 6 18"],
  sound: [
    "M11 5 6.5 9H3v6h3.5l4.5 4Z",
    "M15 9a4.2 4.2 0 0 1 0 6M17.8 6.2a8.2 8.2 0 0 1 0 11.6",
  ],
  mute: ["M11 5 6.5 9H3v6h3.5l4.5 4Z", "m16 9.5 5 5m0-5-5 5"],
  send: ["M12 19V5", "m5.5 11.5 6.5-6.5 6.5 6.5"],
  down: ["M12 5v14", "m5.5 12.5 6.5 6.5 6.5-6.5"],
  sending: ["M12 7.5V12l3 2", "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z"],
  sent: ["m5 12.5 4.5 4.5L19 7.5"],
  read: ["m2 12.5 4.5 4.5L16 7.5", "m11.5 16 1 1L22 7.5"],
  failed: ["M12 7.5v5.5M12 16.4v.1", "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z"],
  star: [
    "m12 3.2 2.7 5.6 6.1.8-4.5 4.2 1.1 6.1-5.4-3-5.4 3 1.1-6.1L3.2 9.6l6.1-.8Z",
  ],
  clip: [
    "m20.5 11.5-8.7 8.7a5.6 5.6 0 0 1-8-8l8.7-8.7a3.8 3.8 0 0 1 5.3 5.3l-8.7 8.7a1.9 1.9 0 0 1-2.7-2.7l8-8",
  ],
  file: [
    "M14 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8Z",
    "M14 3v5h5",
  ],
};

export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  setAttributes(node, attributes);
  node.append(...children.filter((child) => child != null));
  return node;
}

export function icon(name) {
  const node = document.createElementNS(SVG, "svg");
  setAttributes(node, {
    class: `msgr-icon msgr-icon-${name}`,
    viewBox: "0 0 24 24",
    "aria-hidden": "true",
  });
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

/** Writes only what differs: an observer or a screen reader sees no false change. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * By the click that Enter makes as well: a sandboxed frame may forbid the submission, of
 * which the form would not even hear.
 */
export function onSubmit(button, action) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    action();
  });
}

/** An address that came as data: only http(s) becomes a link or an image. */
export function safeUrl(address, base) {
  try {
    const url = new URL(address, base);
    return /^https?:$/.test(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
}
