import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** A block of the page on operating: what a reader pastes into a proxy's configuration. */
export function readBlock(language: string): string {
  const page = readFileSync(join(root, "server/OPERATING.md"), "utf8");
  const [, block] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "ms").exec(page) ?? [];
  if (block === undefined) throw new Error(`OPERATING.md has no block in ${language}.`);
  return block;
}

/** How long a front waits in these tests, in seconds: a tenth of what its documented configuration says. */
export const frontTimeoutSeconds = 3;

/** A program that stands between AI Desk and its clients. */
export type Front = {
  name: string;
  /** The program, where Debian installs it. */
  program: string;
  /** The package of Debian that has it. */
  debianPackage: string;
  /** The path that it takes off. */
  prefix: string;
  /** Its files by name and its arguments, for a start in a folder of its own. */
  setUp(at: { port: number; upstream: string; folder: string }): {
    files: Record<string, string>;
    args: string[];
  };
};

/** The documented block with this test's addresses and times. */
function adapt(block: string, { port, upstream }: { port: number; upstream: string }): string {
  return block
    .replaceAll("127.0.0.1:8000", upstream)
    .replaceAll(/\b30s/g, `${frontTimeoutSeconds}s`)
    .replaceAll(/timeout=30\b/g, `timeout=${frontTimeoutSeconds}`)
    .replaceAll(/(\blisten |bind :|^:|\*:)80\b/gm, `$1${port}`);
}

/** Fronts that root starts give up their rights, and then have no access to a folder of root's. */
const isRoot = userInfo().uid === 0;

const apacheModules = [
  "mpm_event",
  "authz_core",
  "proxy",
  "proxy_http",
  "proxy_wstunnel",
  "filter",
  "deflate",
  "setenvif",
];

export const fronts: Front[] = [
  {
    name: "nginx",
    program: "/usr/sbin/nginx",
    debianPackage: "nginx",
    prefix: "/chat",
    setUp: (at) => ({
      // Compressing whatever it may, as careless configurations do.
      files: {
        "nginx.conf": `
daemon off;
${isRoot ? "user root;" : ""}
pid ${at.folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${at.folder}/${name};`).join("\n  ")}
  gzip on;
  gzip_proxied any;
  gzip_min_length 1;
  gzip_types *;
  ${adapt(readBlock("nginx"), at)}
}`,
      },
      args: ["-p", at.folder, "-c", `${at.folder}/nginx.conf`],
    }),
  },
  {
    name: "HAProxy",
    program: "/usr/sbin/haproxy",
    debianPackage: "haproxy",
    prefix: "/chat",
    setUp: (at) => ({
      files: {
        "haproxy.cfg": adapt(readBlock("haproxy"), at).replace(
          /(compression type .*)/,
          "$1 text/event-stream",
        ),
      },
      args: ["-db", "-f", `${at.folder}/haproxy.cfg`],
    }),
  },
  {
    name: "Caddy",
    program: "/usr/bin/caddy",
    debianPackage: "caddy",
    prefix: "/chat",
    setUp: (at) => ({
      files: { Caddyfile: `{\n\tadmin off\n\tauto_https off\n}\n${adapt(readBlock("caddyfile"), at)}` },
      args: ["run", "--config", `${at.folder}/Caddyfile`, "--adapter", "caddyfile"],
    }),
  },
  {
    name: "Apache",
    program: "/usr/sbin/apache2",
    debianPackage: "apache2",
    prefix: "/chat",
    setUp: (at) => ({
      files: {
        "apache.conf": `
ServerRoot "${at.folder}"
ServerName localhost
DefaultRuntimeDir "${at.folder}"
${isRoot ? "User www-data\nGroup www-data" : ""}
PidFile "${at.folder}/apache.pid"
ErrorLog "${at.folder}/error.log"
${apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n")}
Listen ${at.port}
AddOutputFilterByType DEFLATE application/json text/html text/event-stream
${adapt(readBlock("apache"), at)}`,
      },
      args: ["-D", "FOREGROUND", "-f", `${at.folder}/apache.conf`],
    }),
  },
];
