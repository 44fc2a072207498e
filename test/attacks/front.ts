import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

export type Front = { url: string; stop(): void };

/** Debian's nginx before a server, which hands everything on as it comes. */
export async function startNginx(server: string): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), "ai-desk-nginx-"));
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  writeFileSync(file, configOf(folder, port, new URL(server).host));
  const child = spawn("nginx", ["-e", join(folder, "error.log"), "-c", file, "-g", "daemon off;"], {
    stdio: "ignore",
  });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`nginx has ended: see ${join(folder, "error.log")}.`);
    await wait(50);
  }
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill() };
}

function configOf(folder: string, port: number, upstream: string): string {
  return `
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  upstream ai_desk { server ${upstream}; keepalive 32; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    client_max_body_size 2m;
    location / {
      proxy_pass http://ai_desk;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_buffering off;
      proxy_request_buffering off;
    }
  }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  // once() rejects when the socket reports an error first: nginx refuses connections until it listens.
  const isOpen = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isOpen;
}
