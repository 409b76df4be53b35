import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

/** The page of `benchmarks/live_map.py`: the map's own code, with made-up rows in place of a server's. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  build: { target: 'es2022', chunkSizeWarningLimit: 4_000 },
});
