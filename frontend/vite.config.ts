import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const BACKEND = process.env.FLUX_BACKEND ?? 'http://127.0.0.1:8000';
/** Paths the Django server answers; the dev server passes them on. */
const BACKEND_PATHS = ['/assistant', '/columns', '/tiles', '/exports', '/documents', '/runtime', '/healthz', '/admin', '/static/admin'];

export default defineConfig({
  base: '/static/app/',
  plugins: [react()],
  server: {
    proxy: {
      ...Object.fromEntries(BACKEND_PATHS.map((path) => [path, { target: BACKEND }])),
      '/graphql': { target: BACKEND, ws: true },
    },
  },
  build: {
    target: 'es2022',
    // MapLibre and deck.gl are one lazily loaded chunk each: their size is measured, not overlooked.
    chunkSizeWarningLimit: 1_200,
    rolldownOptions: {
      input: { index: 'index.html', 'admin-map': 'src/admin-map/main.ts' },
      output: {
        // The Django admin refers to the widget by name, so its entry carries no hash.
        entryFileNames: (chunk) => (chunk.name === 'admin-map' ? 'admin-map.js' : 'assets/[name]-[hash].js'),
        assetFileNames: (asset) =>
          asset.names.includes('admin-map.css') ? 'admin-map.css' : 'assets/[name]-[hash][extname]',
        codeSplitting: {
          groups: [
            // Without a group of its own the preload helper lands in the map chunk, and index.html preloads 1 MB.
            { name: 'runtime', test: /vite[\\/](preload-helper|modulepreload-polyfill)/, priority: 40 },
          ],
        },
      },
    },
  },
  test: {
    restoreMocks: true,
    unstubGlobals: true,
    testTimeout: 20_000,
    projects: [
      // What needs no DOM runs without one: making a DOM costs more than most tests.
      { extends: true, test: { name: 'pure', environment: 'node', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: { name: 'dom', environment: 'jsdom', include: ['src/**/*.test.tsx'], setupFiles: ['tests/setup.ts'] },
      },
    ],
  },
});
