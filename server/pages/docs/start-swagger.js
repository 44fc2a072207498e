globalThis.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  // By default the document's address is sent to a validator on another server, for a badge.
  validatorUrl: null,
});
