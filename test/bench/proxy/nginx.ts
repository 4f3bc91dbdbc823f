/** nginx as a proxy, where it is installed: the floor under everything. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../command.ts'

/** A server under its port until it is disposed of. */
export interface Nginx extends AsyncDisposable {
  port: number
}

/** Starts one in front of Talon.One; undefined where nginx is not installed. */
export async function startNginx(upstreamPort: number): Promise<Nginx | undefined> {
  if (spawnSync('nginx', ['-v']).error) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'talon-one-nginx-'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configuration(folder, port, upstreamPort))
  const child = spawn('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'inherit' })
  await untilOpen(port)
  const stop = async () => {
    child.kill()
    await once(child, 'exit')
    await rm(folder, { recursive: true })
  }
  return { port, [Symbol.asyncDispose]: stop }
}

function configuration(folder: string, port: number, upstreamPort: number): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 512; }
http {
  ${folders.join('\n  ')}
  access_log off;
  keepalive_requests 1000000000;
  client_body_buffer_size 64k;
  proxy_buffers 8 16k;
  upstream talon_one { server 127.0.0.1:${upstreamPort}; keepalive 64; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location /talon-one/ {
      proxy_pass http://talon_one/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "ApiKey-v1 benchmark-key-of-nobody";
    }
  }
}
`
}

async function untilOpen(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const socket = connect({ port, host: '127.0.0.1' })
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx did not open its port')
}
