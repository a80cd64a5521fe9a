// Builds the counter terminal into dist/counter. In development (`npm run dev`) /api goes to the server that
// WATTHOUR_URL names, so that pages can be worked on without building the server's copy.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: folder('./counter'),
  resolve: { alias: { '@shared': folder('./shared') } },
  plugins: [vue(), components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] })],
  define: { __VUE_I18N_LEGACY_API__: 'false', __VUE_OPTIONS_API__: 'true', __INTLIFY_PROD_DEVTOOLS__: 'false' },
  build: {
    outDir: folder('./dist/counter'),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing may be inlined as a script or a data URL that the server's content security policy forbids.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: { '/api': { target: process.env.WATTHOUR_URL ?? 'http://127.0.0.1:8090', secure: false, changeOrigin: true } },
  },
  test: { root: folder('.'), include: ['shared/**/*.test.ts', 'counter/**/*.test.ts'], environment: 'node' },
})
