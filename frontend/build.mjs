// Bundles script and style, and draws the icons that the templates name into one sprite.
import { build } from "esbuild";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";

const here = import.meta.dirname;
const out = path.join(here, "../crates/web/dist");
await mkdir(out, { recursive: true });

await build({
  entryPoints: {
    app: path.join(here, "src/app.ts"),
    // Charts are loaded by the pages of reports only.
    reports: path.join(here, "src/reports.ts"),
    // The visitor's page, the agent's side of it.
    chat: path.join(here, "src/chat/frame.ts"),
    "chat-style": path.join(here, "src/css/chat-frame.css"),
    chats: path.join(here, "src/chat/console.ts"),
    "push-worker": path.join(here, "src/push-worker.ts"),
    style: path.join(here, "src/css/style.css"),
  },
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  outdir: out,
  legalComments: "none",
});

// For other sites: one plain script, which tells by its own element where it comes from.
await build({
  entryPoints: { "chat-widget": path.join(here, "src/chat/widget.ts") },
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  outdir: out,
  legalComments: "none",
});

// Other sites' pages load it: it stays small.
const MOST_BYTES = 30 * 1024;
const scripts = await Promise.all(["chat-widget.js", "chat.js"].map((f) => readFile(path.join(out, f))));
const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
if (bytes > MOST_BYTES) throw new Error(`the chat's scripts have ${bytes} bytes compressed; ${MOST_BYTES} at most`);

async function walk(dir) {
  const entries = await readdir(dir, { withFileTypes: true });
  const files = await Promise.all(
    entries.map((e) => (e.isDirectory() ? walk(path.join(dir, e.name)) : [path.join(dir, e.name)])),
  );
  return files.flat();
}

const sources = (await walk(path.join(here, "../crates/web/src"))).filter((f) => /\.(html|rs)$/.test(f));
const names = new Set(["check", "x", "pause", "alert-circle", "clock"]);
for (const file of sources) {
  for (const match of (await readFile(file, "utf8")).matchAll(/#i-([a-z0-9-]+)/g)) names.add(match[1]);
}
names.delete("alert-circle");
const drawn = { "alert-circle": "circle-alert" };
const symbols = [];
for (const name of [...names, ...Object.keys(drawn)].sort()) {
  const svg = await readFile(path.join(here, `node_modules/lucide-static/icons/${drawn[name] ?? name}.svg`), "utf8");
  const inner = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/\s+/g, " ");
  symbols.push(
    `<symbol id="i-${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`,
  );
}
await writeFile(path.join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
await writeFile(
  path.join(out, "favicon.svg"),
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2f5fd0"/><path d="M9 22V15a7 7 0 0 1 14 0v7M9 18h-1a1 1 0 0 0-1 1v3a1 1 0 0 0 1 1h1zm14 0h1a1 1 0 0 1 1 1v3a1 1 0 0 1-1 1h-1zm0 5v1a3 3 0 0 1-3 3h-3" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>',
);
