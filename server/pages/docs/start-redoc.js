// ReDoc's own theme uses fonts from another server.
const fontFamily = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
const codeFontFamily = 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

globalThis.Redoc.init(
  "openapi.json",
  {
    theme: {
      spacing: { sectionVertical: 24 },
      typography: { fontFamily, headings: { fontFamily }, code: { fontFamily: codeFontFamily } },
    },
  },
  document.querySelector("#redoc"),
);
