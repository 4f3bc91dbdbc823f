/** Requests that hide another one, by the ways in which servers disagree on where the first one ends (T49). */
import { body, headOf } from './proxy-server.ts'

const hidden = `GET /talon-one/v2/customer_sessions/hidden HTTP/1.1\r\nHost: shop.example\r\nX-Talon-Client: 1\r\n\r\n`
// It makes the line of whoever comes next one of its own headers.
const hiddenHalf = 'GET /talon-one/v2/customer_sessions/hidden HTTP/1.1\r\nHost: shop.example\r\nX-Talon-Client: 1\r\nX-Next: '
const nowhere = (more: string) => `POST /talon-one/v1/nothing HTTP/1.1\r\nHost: shop.example\r\n${more}\r\n`
const tooLong = ' '.repeat(70_000)
const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

export const smuggled: readonly [name: string, request: string][] = [
  ['CL.TE', headOf(`Content-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n`) + `0\r\n\r\n${hidden}`],
  ['TE.CL', headOf('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n') + chunked + hidden],
  ['TE.TE', headOf('Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n') + chunked + hidden],
  ['TE in capitals and a comma', headOf('Transfer-Encoding: CHUNKED, identity\r\n') + chunked + hidden],
  ['TE of another name', headOf('Transfer-Encoding: xchunked\r\n') + chunked + hidden],
  ['TE behind a tab', headOf('Transfer-Encoding:\tchunked\r\nContent-Length: 3\r\n') + chunked + hidden],
  ['two lengths', headOf(`Content-Length: ${body.length}\r\nContent-Length: 0\r\n`) + body + hidden],
  ['a length with a sign', headOf(`Content-Length: +${body.length}\r\n`) + body + hidden],
  ['lengths in a list', headOf(`Content-Length: 0, ${body.length}\r\n`) + body + hidden],
  ['a space before the colon', headOf('Content-Length : 0\r\n') + hidden],
  ['a folded header', headOf('X-Fold: a\r\n Content-Length: 0\r\n') + hidden],
  ['bare line feeds', headOf('Transfer-Encoding: chunked\r\n').replaceAll('\r\n', '\n') + chunked + hidden],
  ['a bare CR', headOf('X-A: b\rContent-Length: 0\r\n') + hidden],
  ['a NUL in a header', headOf('X-A: b\0\r\nContent-Length: 0\r\n') + hidden],
  [
    'a chunk with its end in its length',
    headOf('Transfer-Encoding: chunked\r\n') + `${body.length.toString(16)};a=\n\r\n${body}\r\n0\r\n\r\n${hidden}`,
  ],
  ['a chunk that is larger than any', headOf('Transfer-Encoding: chunked\r\n') + `fffffffffffffffff\r\n${body}\r\n0\r\n\r\n${hidden}`],
  ['an upgrade', headOf('Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n') + hidden],
  ['a body that nobody asks for', nowhere(`Content-Length: ${hidden.length}\r\n`) + hidden],
  ['a body that nobody asks for, and half a request', nowhere(`Content-Length: ${hiddenHalf.length}\r\n`) + hiddenHalf],
  ['a body of a GET', nowhere(`Content-Length: ${hidden.length}\r\n`).replace('POST', 'GET') + hidden],
  ['a body of a HEAD', nowhere(`Content-Length: ${hidden.length}\r\n`).replace('POST', 'HEAD') + hidden],
  ['a body that is too long', headOf(`Content-Length: ${tooLong.length + hidden.length}\r\n`) + tooLong + hidden],
  [
    'a body that is too long, and half a request',
    headOf(`Content-Length: ${tooLong.length + hiddenHalf.length}\r\n`) + tooLong + hiddenHalf,
  ],
  ['a body after an expectation', nowhere(`Expect: 100-continue\r\nContent-Length: ${hidden.length}\r\n`) + hidden],
  ['a body after an expectation of something else', nowhere(`Expect: 100-continue, x\r\nContent-Length: ${hidden.length}\r\n`) + hidden],
]
