/** nginx and haproxy in front of a server, as shops have them, where they are installed: `apt-get install nginx-light haproxy`. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './command.ts'
import { findServer } from './installed.ts'

/** A running one. `await using` ends it: that process and no other. */
export interface Front extends AsyncDisposable {
  port: number
}

/** One that can be started. */
export interface FrontProgram {
  /** Undefined where it is not installed. */
  path: string | undefined
  /** Starts it before a server of this machine, to which it keeps connections open and gives the requests of all its clients. */
  start(upstreamPort: number): Promise<Front>
}

/**
 * A header that a front sets on each request it sends on: the request's line as the front has understood it. What a server reads without
 * it, or with that of another line, is no request that the front has sent.
 */
export const frontLine = 'x-front-line'

const nginx = findServer('nginx')
const haproxy = findServer('haproxy')

export const fronts: Readonly<Record<string, FrontProgram>> = {
  nginx: nginxWith('on'),
  'nginx that sends bodies on as they come': nginxWith('off'),
  haproxy: {
    path: haproxy,
    start: (upstreamPort) =>
      startFront(haproxy, (folder, port) => ({ args: ['-db', '-q', '-f', join(folder, 'conf')], conf: haproxyConf(port, upstreamPort) })),
  },
}

function nginxWith(buffering: 'on' | 'off'): FrontProgram {
  return {
    path: nginx,
    start: (upstreamPort) =>
      startFront(nginx, (folder, port) => ({
        args: ['-p', folder, '-c', join(folder, 'conf'), '-e', join(folder, 'error.log')],
        conf: nginxConf(folder, port, upstreamPort, buffering),
      })),
  }
}

// One process, so that it ends with its only one, and one idle connection, so that whoever comes next is sent on what the one before left.
function nginxConf(folder: string, port: number, upstreamPort: number, buffering: 'on' | 'off'): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`)
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
  ${folders.join('\n  ')}
  access_log off;
  upstream shop { server 127.0.0.1:${upstreamPort}; keepalive 1; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://shop;
      proxy_http_version 1.1;
      proxy_request_buffering ${buffering};
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header ${frontLine} "$request_method $request_uri";
    }
  }
}
`
}

function haproxyConf(port: number, upstreamPort: number): string {
  return `global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  http-reuse always
  retry-on conn-failure empty-response
frontend shops
  bind 127.0.0.1:${port}
  http-request set-header ${frontLine} "%[method] %[pathq]"
  default_backend shop
backend shop
  server shop 127.0.0.1:${upstreamPort} pool-max-conn 1
`
}

async function startFront(
  path: string | undefined,
  configure: (folder: string, port: number) => { args: readonly string[]; conf: string },
): Promise<Front> {
  if (path === undefined) throw new Error('it is not installed')
  const folder = mkdtempSync(join(tmpdir(), 'talon-one-front-'))
  const port = await freePort()
  const { args, conf } = configure(folder, port)
  writeFileSync(join(folder, 'conf'), conf)
  const child = spawn(path, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  const front = {
    port,
    async [Symbol.asyncDispose]() {
      end()
      await ended
      process.off('exit', end)
      rmSync(folder, { recursive: true, force: true })
    },
  }
  for (let waited = 0; !(await isOpen(port)); waited += 20) {
    if (waited > 10_000 || child.exitCode !== null) {
      await front[Symbol.asyncDispose]()
      throw new Error(`${path} did not open its port`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return front
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
