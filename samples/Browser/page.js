// Draws with the pointer, scores after every stroke and shows probabilities and spikes. The address keeps the strokes,
// #[[[x, y], ...], ...] from 0 to 1, so that a drawing can be sent to somebody.
import { load } from "./model.js";

const side = 28, box = 20;
const canvas = document.getElementById("drawing"), pen = canvas.getContext("2d");
const probabilities = document.getElementById("probabilities"), firing = document.getElementById("firing");
const message = document.getElementById("message");
let strokes = [];

function draw() {
  pen.fillStyle = "black";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.strokeStyle = "white";
  pen.lineWidth = canvas.width / 13;
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of strokes) {
    pen.beginPath();
    stroke.forEach(([x, y], i) => pen[i ? "lineTo" : "moveTo"](x * canvas.width, y * canvas.height));
    pen.lineTo(stroke.at(-1)[0] * canvas.width + 0.01, stroke.at(-1)[1] * canvas.height);
    pen.stroke();
  }
}

// Pixels from 0 to 255 as MNIST has them: the ink fits into 20 x 20, with its center of mass in the middle of 28 x 28.
function pixels() {
  const { width, height } = canvas, ink = pen.getImageData(0, 0, width, height).data;
  let left = width, right = 0, top = height, bottom = 0, mass = 0, x = 0, y = 0;
  for (let i = 0; i < width * height; i++) {
    const value = ink[4 * i], column = i % width, row = Math.floor(i / width);
    if (value > 0) {
      left = Math.min(left, column); right = Math.max(right, column + 1);
      top = Math.min(top, row); bottom = Math.max(bottom, row + 1);
      mass += value; x += value * (column + 0.5); y += value * (row + 0.5);
    }
  }
  const small = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  small.fillStyle = "black";
  small.fillRect(0, 0, side, side);
  if (mass > 0) {
    const scale = box / Math.max(right - left, bottom - top);
    small.imageSmoothingQuality = "high";
    small.translate(side / 2 - scale * x / mass, side / 2 - scale * y / mass);
    small.scale(scale, scale);
    small.drawImage(canvas, 0, 0);
  }
  return Float32Array.from({ length: side * side }, (_, i) => small.getImageData(0, 0, side, side).data[4 * i]);
}

function bar(name, share, isBest) {
  const row = document.createElement("div");
  row.className = isBest ? "bar best" : "bar";
  row.innerHTML = `<span>${name}</span><div><i style="width:${(100 * share).toFixed(1)}%"></i></div>` +
    `<span>${(100 * share).toFixed(1)} %</span>`;
  return row;
}

// A layer: a tile for each channel of an image, or all neurons of a vector in rows of 32. Brighter fired more often.
function picture({ name, shape, spikes }) {
  const [channels, height, width] = shape.length === 3 ? shape : [1, Math.ceil(shape[0] / 32), Math.min(32, shape[0])];
  const columns = Math.min(channels, 8), gap = channels > 1 ? 1 : 0;
  const image = document.createElement("canvas");
  image.width = columns * (width + gap) - gap;
  image.height = Math.ceil(channels / columns) * (height + gap) - gap;
  const context = image.getContext("2d"), most = Math.max(1, ...spikes);
  spikes.forEach((count, i) => {
    const channel = Math.floor(i / (height * width)), place = i % (height * width);
    const level = Math.round(40 + 215 * count / most);
    context.fillStyle = count > 0 ? `rgb(${level}, ${Math.round(level * 0.75)}, 40)` : "#222";
    context.fillRect((channel % columns) * (width + gap) + place % width,
      Math.floor(channel / columns) * (height + gap) + Math.floor(place / width), 1, 1);
  });
  const total = spikes.reduce((sum, count) => sum + count, 0);
  const figure = document.createElement("figure");
  const text = document.createElement("figcaption");
  text.textContent = `${name}: ${total} spikes of ${spikes.length} neurons`;
  figure.append(image, text);
  return figure;
}

async function show(model) {
  draw();
  if (strokes.length === 0) {
    probabilities.replaceChildren();
    firing.replaceChildren();
    message.textContent = "Draw a digit.";
    return;
  }
  const result = await model.score(pixels());
  const best = Math.max(...result.probabilities);
  message.textContent = `This is a ${result.label}.`;
  probabilities.replaceChildren(
    ...result.probabilities.map((share, i) => bar(names[i] ?? i, share, share === best)));
  firing.replaceChildren(...result.layers.map(picture));
}

// The classes in the order of the scores, where they are not 0, 1, 2, ...: "model.onnx" does not show them to scripts.
const names = JSON.parse(document.body.dataset.classes ?? "[]");

try {
  const model = await load("model.onnx");
  const place = event => [event.offsetX / canvas.clientWidth, event.offsetY / canvas.clientHeight]
    .map(value => Math.round(value * 1000) / 1000);
  canvas.addEventListener("pointerdown", event => {
    canvas.setPointerCapture(event.pointerId);
    strokes.push([place(event)]);
    draw();
  });
  canvas.addEventListener("pointermove", event => {
    if (event.buttons) {
      strokes.at(-1)?.push(place(event));
      draw();
    }
  });
  canvas.addEventListener("pointerup", () => {
    history.replaceState(null, "", `#${JSON.stringify(strokes)}`);
    show(model);
  });
  document.getElementById("clear").addEventListener("click", () => {
    strokes = [];
    history.replaceState(null, "", "#");
    show(model);
  });
  if (location.hash.length > 1) {
    strokes = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  }
  await show(model);
  document.body.dataset.ready = "yes";
} catch (error) {
  message.textContent = `The model could not be loaded: ${error.message}`;
}
