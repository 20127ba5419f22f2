/** The number of what waits on the page's icon: the tab is told from others even where its title has no room. */

const SIZE = 64;
const link = document.querySelector("link[rel='icon']");
const plain = link?.getAttribute("href");
let drawn = 0;
let wanted = 0;
let picture = null;

export async function showOnIcon(number) {
  wanted = number;
  if (!link || number === drawn) return;
  try {
    picture ??= load(plain);
    const image = number > 0 ? await picture : null;
    // While the picture came the number may have changed.
    if (number !== wanted) return;
    drawn = number;
    setIcon(image ? draw(image, number) : plain);
  } catch {
    picture = null; // Without a picture the title tells it.
  }
}

function load(address) {
  return new Promise((resolve, reject) => {
    const image = new Image(SIZE, SIZE);
    image.addEventListener("load", () => resolve(image));
    image.addEventListener("error", reject);
    image.src = address;
  });
}

function setIcon(address) {
  link.type = address.startsWith("data:") ? "image/png" : "image/svg+xml";
  link.href = address;
}

function draw(image, number) {
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, SIZE, SIZE);
  const text = number > 9 ? "9+" : String(number);
  const radius = SIZE * 0.32;
  const at = SIZE - radius;
  pen.fillStyle = "#fff";
  circle(pen, at, radius);
  pen.fillStyle = "#dc2626";
  circle(pen, at, radius - 3);
  pen.fillStyle = "#fff";
  pen.font = `700 ${text.length > 1 ? 24 : 30}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, at, at + 2);
  return canvas.toDataURL("image/png");
}

function circle(pen, at, radius) {
  pen.beginPath();
  pen.arc(at, at, radius, 0, 2 * Math.PI);
  pen.fill();
}
