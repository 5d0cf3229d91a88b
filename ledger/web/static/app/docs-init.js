// Starts the description of the interface; nothing is fetched from elsewhere.
"use strict";

addEventListener("DOMContentLoaded", () => {
  const box = document.getElementById("swagger");
  SwaggerUIBundle({
    url: box.dataset.url,
    domNode: box,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    filter: true,
  });
});
