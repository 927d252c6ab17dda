import { defaultClientConditions, defineConfig } from "vite";

// Served below /report/. Nothing is inlined, because the Content-Security-Policy allows files of the site only.
export default defineConfig({
  base: "/report/",
  resolve: { conditions: ["source", ...defaultClientConditions] },
  build: { outDir: "dist", emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
