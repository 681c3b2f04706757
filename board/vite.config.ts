import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

export default defineConfig({
  // Any folder of any host: every address in the page is relative to it.
  base: "./",
  plugins: [react(), withPolicy()],
  build: {
    target: "es2022",
    // The test of the size reads from it what the first view loads.
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

/**
 * Puts the policy into the built page. Whoever serves or copies the build adds the address of the
 * project to connect-src (local/board/page.ts). Not while developing: Vite then needs inline scripts.
 */
function withPolicy(): Plugin {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return {
    name: "policy",
    apply: "build",
    transformIndexHtml: (html) =>
      html.replace(
        "<head>",
        `<head>\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`,
      ),
  };
}
