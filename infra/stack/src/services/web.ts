import { imageTable } from "../images";
import { attach } from "../networks";
import { httpHealth, memory, oneForEach, partOf, scratch, type Part, type StackInput } from "../part";
import { routed } from "./traefik";

const paths = imageTable.web.paths as { config: string; console: string; reporter: string; recordings: string };

/** What both nginx services share: no root, everything that is written lies on the scratch folder. */
export const nginxConfig = (server: string) => `worker_processes 1;
pid /tmp/nginx.pid;
events { worker_connections 512; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  server_tokens off;
  sendfile on;
  access_log off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  server {
    listen 8080;
    location = /health { return 200 "ok\\n"; }
${server}  }
}
`;

// Other services' paths come here only while their service does not run: the console's page would be a wrong answer.
const pages = `    location ~ ^/(session|ws|api|rec)(/|$) { return 503 "Nothing answers here at the moment\\n"; }
    gzip on;
    gzip_types text/css application/javascript application/json;
    location = /config.json { alias /etc/barecast/config.json; add_header Cache-Control no-cache; }
    location = /report { return 308 /report/; }
    location /report/ { alias ${paths.reporter}/; index index.html; add_header Cache-Control no-cache; }
    location /assets/ { root ${paths.console}; add_header Cache-Control "public, max-age=31536000, immutable"; }
    location / { root ${paths.console}; index index.html; try_files $uri /index.html; add_header Cache-Control no-cache; }
`;

/** The console at / and the reporter's page at /report/. */
export const web = (input: StackInput): Part => {
  const { site } = input;
  return partOf(input, {
    key: "web",
    image: "web",
    args: [paths.config],
    networks: [attach(site, "edge", "web")],
    tmpfs: [scratch()],
    labels: routed(site, "web", 8080, "", { healthPath: "/health" }),
    configFiles: [
      { key: "web-config", path: paths.config, content: nginxConfig(pages) },
      { key: "web-settings", path: "/etc/barecast/config.json", content: `${JSON.stringify({ title: site.console.title })}\n` },
    ],
    healthcheck: httpHealth(8080, "/health"),
    ...oneForEach(site, "apps"),
    memoryBytes: memory(64),
  });
};
