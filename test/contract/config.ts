/** The sandbox that the conformance suite runs on. */
import type { SandboxConfig } from '../../src/sandbox/index.ts'
import { contractAttributes, contractCampaigns, contractPrograms } from './campaigns.ts'

/** The key that callers need. */
export const contractKey = 'contract-key'

export const contractConfig: SandboxConfig = {
  apiKey: contractKey,
  campaigns: contractCampaigns,
  programs: contractPrograms,
  attributes: contractAttributes,
  additionalCosts: ['shipping', 'wrapping'],
}

export default contractConfig
