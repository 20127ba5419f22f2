/** The inbox's colour, and black or white on it, whichever reads better. */

const DARK = "#111827";
const LIGHT = "#ffffff";

/** A colour of the inbox → what the styles need, or null if it is no colour. */
export function palette(color) {
  const rgb = parseHex(color);
  if (!rgb) return null;
  const light = contrast(luminance(rgb), 1);
  const dark = contrast(luminance(rgb), luminance(parseHex(DARK)));
  if (light >= 4.5 || light >= dark) return { color, ink: LIGHT };
  return { color, ink: dark >= 4.5 ? DARK : "#000000" };
}

function parseHex(color) {
  const text = String(color ?? "").trim();
  const match = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(text);
  if (!match) return null;
  const long =
    match[1].length === 3 ? match[1].replace(/./g, "$&$&") : match[1];
  return [0, 2, 4].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
}

/** Relative luminance as WCAG 2 defines it, 0–1. */
function luminance(rgb) {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
