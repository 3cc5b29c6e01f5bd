// node h5wasm.mjs <folder that holds node_modules> <file>
import { pathToFileURL } from "node:url";
const [folder, path] = process.argv.slice(2);
const h5wasm = (await import(pathToFileURL(`${folder}/node_modules/h5wasm/dist/node/hdf5_hl.js`))).default;
await h5wasm.ready;
const file = new h5wasm.File(path, "r");
const say = (key, name) => console.log(key, [...file.get(name).value].join(" "));
say("metric", "estimate");
say("words", "law");
say("summary", "summary/estimate_mean");
say("theory", "theory/expected");
say("status", "status");
say("failures", "failures/size_index");
console.log("reason", file.get("failures/reason").value[0]);
