globalThis.SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  // By default Swagger UI sends the document's address to a validator on another server, for a badge.
  validatorUrl: null,
});
