// An exported model in the browser: one row of features in; probabilities and spikes out.
import * as ort from "./node_modules/onnxruntime-web/dist/ort.wasm.min.mjs";

ort.env.wasm.numThreads = 1; // more need a server that sends the headers of cross-origin isolation

export async function load(url) {
  const session = await ort.InferenceSession.create(url);
  const input = session.inputMetadata[0];
  // The number of rows is free; so a length that is no number is one row.
  const shape = input.shape.map(length => typeof length === "number" && length > 0 ? length : 1);
  return {
    // Features are a Float32Array in the order of the feature column.
    async score(features) {
      const outputs = await session.run({ [input.name]: new ort.Tensor("float32", features, shape) });
      const layers = Object.keys(outputs).filter(name => name.startsWith("Spikes."));
      return {
        label: outputs.PredictedLabelText?.data[0] ?? String(outputs.PredictedLabel.data[0]),
        probabilities: [...outputs.Score.data],
        layers: layers.map(name => ({
          name: name.slice("Spikes.".length),
          shape: outputs[name].dims.slice(1),
          spikes: outputs[name].data,
        })),
      };
    },
  };
}
