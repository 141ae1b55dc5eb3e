// The build: one entry, hashed files under /assets, the chart library in a chunk of its own that loads when needed.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** What `vite` and `vite preview` ask: the address of a running server. */
const server = process.env.SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsDir: 'assets',
    // Fonts and pictures stay files of their own: a page without them must not carry them.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: Object.fromEntries(['/api', '/health', '/sign-in'].map((path) => [path, server])) },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
