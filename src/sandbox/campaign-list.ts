/** The running campaigns, with the texts of their rules. */
import type { IntegrationGetAllCampaignsInput } from '../endpoints.ts'
import type { IntegrationCampaign, IntegrationCampaignsResponse, Timestamp } from '../schema.ts'
import { featuresOf } from './answers.ts'
import { pageOf } from './pages.ts'
import { isRunning, type SandboxCampaign } from './rules.ts'
import { applicationId, type State } from './state.ts'

export function integrationGetAllCampaigns(state: State, input: IntegrationGetAllCampaignsInput): IntegrationCampaignsResponse {
  const { campaignIds, startAfter, startBefore, endAfter, endBefore } = input
  const now = state.clock()
  const found = state.campaigns.filter(
    (campaign) =>
      isRunning(campaign, now) &&
      (campaignIds?.includes(String(campaign.id)) ?? true) &&
      isBetween(campaign.startTime, -Infinity, startAfter, startBefore) &&
      isBetween(campaign.endTime, Infinity, endAfter, endBefore),
  )
  return pageOf(found.map(listed), input)
}

// A campaign without a start has been there for ever, and one without an end will be.
function isBetween(time: Timestamp | undefined, otherwise: number, after: Timestamp | undefined, before: Timestamp | undefined): boolean {
  const moment = time === undefined ? otherwise : Date.parse(time)
  return (after === undefined || moment > Date.parse(after)) && (before === undefined || moment < Date.parse(before))
}

function listed(campaign: SandboxCampaign): IntegrationCampaign {
  const { id, name, description, startTime, endTime, attributes, tags = [], rules } = campaign
  return {
    applicationId,
    id,
    name,
    ...(description !== undefined && { description }),
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
    ...(attributes !== undefined && { attributes }),
    state: 'enabled',
    tags,
    features: featuresOf(campaign).filter((feature) => feature !== 'advancedEvents'),
    rules: rules.map(({ name: title, displayName, displayDescription, relatedData }) => ({
      title,
      ...(displayName !== undefined && { displayName }),
      ...(displayDescription !== undefined && { displayDescription }),
      ...(relatedData !== undefined && { relatedData }),
    })),
  }
}
