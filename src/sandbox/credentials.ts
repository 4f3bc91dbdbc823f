/** What callers sign in with, and what it lets them do. */
import { Refusal } from './refusal.ts'

/** The credentials of the Application. Undefined ones are neither asked for nor known. */
export interface Credentials {
  apiKey: string | undefined
  testingKey: string | undefined
  /** The value of `Content-Signature` that a body deserves. */
  contentSignature: ((body: string) => string) | undefined
}

/** What a caller may do. */
export type Access = 'everything' | 'dry requests'

/** Lets a caller in, or refuses: with 401 for a key that is none, with 400 for a signature of something else than the body. */
export async function signIn({ apiKey, testingKey, contentSignature }: Credentials, request: Request): Promise<Access> {
  const signature = request.headers.get('content-signature')
  // Only V1 operations take a signature: talon-one/talon_go api/openapi.yaml of 2021.
  if (signature !== null && contentSignature !== undefined && isOfV1(request)) {
    const deserved = contentSignature(await request.clone().text())
    if (spaceless(signature) !== spaceless(deserved)) throw new Refusal(400, 'HMAC signature mismatch.')
    return 'everything'
  }
  const sent = request.headers.get('authorization')
  if (testingKey !== undefined && sent === `ApiKey-v1 ${testingKey}`) return 'dry requests'
  if (apiKey !== undefined && sent !== `ApiKey-v1 ${apiKey}`) throw new Refusal(401, 'Invalid API key')
  return 'everything'
}

// Wherever the API is mounted.
function isOfV1({ url }: Request): boolean {
  return new URL(url).pathname.includes('/v1/')
}

// The vendor's samples write a space after the semicolon, its proxy writes none.
function spaceless(signature: string): string {
  return signature.replaceAll(' ', '')
}
