import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";

createRoot(document.body).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
