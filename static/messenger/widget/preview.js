const PICTURES = ["image/jpeg", "image/png", "image/gif", "image/webp"];

export function isPicture(type) {
  return PICTURES.includes(type);
}

/**
 * A local picture, drawn rather than loaded from a blob: address, which a strict page
 * forbids (and would report). Answers {canvas, width, height}, or null if it is none.
 */
export async function drawPreview(blob, name, edge) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob);
  } catch {
    return null;
  }
  const { width, height } = bitmap;
  const wanted = edge * Math.min(3, window.devicePixelRatio || 1);
  const scale = Math.min(
    1,
    wanted / Math.min(width, height),
    (3 * wanted) / Math.max(width, height),
  );
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { canvas, width, height };
}
