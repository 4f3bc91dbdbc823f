/** The sandbox that the conformance suite runs on. */
import { createHmac } from 'node:crypto'
import type { SandboxConfig } from '../../src/sandbox/index.ts'
import { contractAttributes, contractCampaigns, contractPrograms } from './campaigns.ts'

/** The key that callers need. */
export const contractKey = 'contract-key'

/** The key for dry requests. */
export const contractTestingKey = 'contract-testing-key'

const applicationKey = Buffer.from('00112233445566778899aabbccddeeff', 'hex')

/** The legacy credential, by Node's own means: those of the package must not be tested against themselves. */
export function contractSignature(body: string): string {
  return `signer=1; signature=${createHmac('md5', applicationKey).update(body).digest('hex')}`
}

export const contractConfig: SandboxConfig = {
  apiKey: contractKey,
  testingKey: contractTestingKey,
  contentSignature: contractSignature,
  campaigns: contractCampaigns,
  programs: contractPrograms,
  attributes: contractAttributes,
  additionalCosts: ['shipping', 'wrapping'],
}

export default contractConfig
