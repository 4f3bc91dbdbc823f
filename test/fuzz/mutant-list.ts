/** The proxies with one of their guards taken away. */
import type { Mutant } from '../runner/mutants.ts'

const proxy = 'src/proxy/proxy.ts'
const shopper = 'src/proxy/shopper.ts'
const staff = 'src/proxy/staff.ts'
const origins = 'src/proxy/origins.ts'
const policy = 'src/proxy/policy.ts'
const namespace = 'src/proxy/namespace.ts'
const pricing = 'src/proxy/pricing.ts'
const request = 'src/proxy/request.ts'
const upstream = 'src/proxy/upstream.ts'
const answer = 'src/proxy/answer.ts'
const identity = 'src/proxy/identity.ts'
const guests = 'src/proxy/guests.ts'
const visitors = 'src/proxy/visitors.ts'
const problem = 'src/proxy/problem.ts'

const passThrough = `
  return async (request: Request) => {
    const { pathname, search } = new URL(request.url)
    const path = pathname.slice((options.basePath ?? '/talon-one').length)
    const headers = new Headers(request.headers)
    if ('apiKey' in options.upstream) headers.set('authorization', 'ApiKey-v1 ' + options.upstream.apiKey)
    const { method } = request
    const body = method === 'GET' || method === 'HEAD' ? {} : { body: await request.text() }
    return options.fetch!(options.upstream.baseUrl + path + search, { method, headers, ...body })
  }
`

export const mutants: readonly Mutant[] = [
  {
    name: 'a naive pass-through',
    file: shopper,
    text: '  return createProxy(options, policiesFor(operations, fields, limits), answer)\n',
    instead: passThrough,
  },

  // Forgery
  { name: 'no custom header', file: origins, text: "if (headers.get('x-talon-client') !== '1')", instead: 'if (false)' },
  { name: 'any site', file: origins, text: "if (site !== null && site !== 'same-origin')", instead: 'if (false)' },
  {
    name: 'any origin',
    file: origins,
    text: 'if (site === null && origin !== null && hostOf(origin) !== hostOf(url))',
    instead: 'if (false)',
  },
  {
    name: 'origins by their beginning',
    file: origins,
    text: 'origins.includes(origin)\n',
    instead: 'origins.some((one) => origin.startsWith(one))\n',
  },
  {
    name: 'cross-site reading for everybody',
    file: origins,
    text: 'if (origin === null || !isNamed(origin, origins)) return {}',
    instead: 'if (origin === null) return {}',
  },
  { name: 'forgery is not looked for', file: proxy, text: '      refuseForgery(request, origins)\n', instead: '' },

  // Identity
  {
    name: 'identity not forced',
    file: policy,
    text: '  return withIdentity(endpoint, input, shopper.profileId)\n',
    instead: '  return identitiesOf(endpoint, input).length ? input : withIdentity(endpoint, input, shopper.profileId)\n',
  },
  { name: 'a foreign identity is replaced', file: policy, text: "  if (foreign) throw new Problem(404, 'not_found')\n", instead: '' },
  {
    name: 'nobody is somebody',
    file: visitors,
    text: "      if (known === null && !guestOptions) throw new Problem(401, 'unauthenticated')\n",
    instead: '',
  },
  {
    name: 'any id',
    file: identity,
    text: "!('profileId' in shopper) || !isId(shopper.profileId)",
    instead: "!('profileId' in shopper) || typeof shopper.profileId !== 'string'",
  },
  { name: 'dots and `me` are ids', file: identity, text: "    id !== '..' &&\n    id !== 'me' &&\n", instead: '' },
  {
    name: 'a failing identify is nobody',
    file: identity,
    text: '  const shopper: unknown = await ask(identify, request, ms)\n',
    instead: '  const shopper: unknown = await ask(identify, request, ms).catch(() => null)\n',
  },
  { name: 'a guest by any MAC', file: guests, text: ' && isEqual(mac, macOf(namespace, id))', instead: ' && mac' },
  {
    name: 'a guest by the MAC of another shop',
    file: guests,
    text: "return deriveId(namespace, 'guest', id)",
    instead: "return deriveId({ secret: namespace.secret }, 'guest', id)",
  },
  { name: 'a guest by the beginning of a MAC', file: guests, text: 'index < other.length', instead: 'index < 42' },
  { name: 'cookies that scripts read', file: guests, text: 'HttpOnly; ', instead: '' },

  // Sessions and ids
  {
    name: 'sessions under their own names',
    file: namespace,
    text: "return deriveId(namespace, 'session', shopper.profileId, browserId)",
    instead: 'return browserId',
  },
  {
    name: 'sessions that shoppers share',
    file: namespace,
    text: "deriveId(namespace, 'session', shopper.profileId, browserId)",
    instead: "deriveId(namespace, 'session', '', browserId)",
  },
  { name: 'sessions that shops share', file: 'src/proxy/session-id.ts', text: '1, audience, profileId', instead: "1, 'shop', profileId" },
  { name: 'connected sessions as they are', file: namespace, text: "'connectedSessionId', ", instead: '' },
  { name: 'sessions of a list as they are', file: namespace, text: ", 'customerSessionIDs'", instead: '' },
  {
    name: "a session that is not the shopper's",
    file: namespace,
    text: "  if (id === null) throw new Problem(404, 'not_found')\n  if (!isId(id)) throw new Problem(500, 'identity_invalid')\n",
    instead: '  if (!isId(id)) return browserId\n',
  },
  {
    name: 'events that shoppers share',
    file: namespace,
    text: "deriveId(namespace, 'event', profileId, input.integrationId)",
    instead: 'input.integrationId',
  },
  {
    name: "the browser's own idempotency key",
    file: namespace,
    text: "return deriveId(namespace, 'idempotency-key', profileId, endpoint.operationId, key, sent)",
    instead: 'return key',
  },
  {
    name: 'an idempotency key for different requests',
    file: namespace,
    text: 'endpoint.operationId, key, sent)',
    instead: 'endpoint.operationId, key)',
  },
  { name: 'idempotency keys that staff share', file: namespace, text: '1, subject, key]', instead: '1, key]' },
  {
    name: 'idempotency keys where there is none',
    file: request,
    text: "endpoint.kind === 'read' || endpoint.repeat !== 'keyed'",
    instead: "endpoint.kind === 'read'",
  },

  // What shoppers may say
  { name: 'any state', file: policy, text: "if (session.state !== undefined && session.state !== 'open')", instead: 'if (false)' },
  { name: 'no state', file: policy, text: "{ ...sessionOf(input), state: 'open' }", instead: '{ ...sessionOf(input) }' },
  {
    name: 'any field of a session',
    file: policy,
    text: "    refuseOthers(session, sessionFields, '/customerSession', issues)\n",
    instead: '',
  },
  {
    name: 'any parameter of a session',
    file: policy,
    text: "    refuseOthers(input, previews ? [...sessionInputFields, 'dry'] : sessionInputFields, '', issues)\n",
    instead: '',
  },
  {
    name: 'previews for all',
    file: policy,
    text: "previews ? [...sessionInputFields, 'dry'] : sessionInputFields",
    instead: "[...sessionInputFields, 'dry']",
  },
  {
    name: 'any attribute',
    file: policy,
    text: 'if (Object.keys(attributes).some((name) => !allowed.includes(name)))',
    instead: 'if (false)',
  },
  { name: 'any attribute of a line', file: policy, text: 'if (isRecord(item)) refuseAttributes(', instead: 'if (false) refuseAttributes(' },
  {
    name: 'any content',
    file: policy,
    text: 'if (listOf(responseContent).some((content) => !shopperContent.includes(String(content))))',
    instead: 'if (false)',
  },
  {
    name: 'any card in a session',
    file: policy,
    text: 'if (listOf(record.loyaltyCards).some((card) => !isOwnCard(card, shopper)))',
    instead: 'if (false)',
  },
  { name: 'any card in the path', file: policy, text: 'if (!isOwnCard(input.loyaltyCardId, shopper))', instead: 'if (false)' },
  {
    name: 'cards by their beginning',
    file: policy,
    text: 'loyaltyCardIds.some((id) => id === card)',
    instead: 'loyaltyCardIds.some((id) => id.startsWith(String(card)) || String(card).startsWith(id.slice(0, 7)))',
  },
  {
    name: 'any program',
    file: policy,
    text: 'if (programIds && !programIds.some((id) => id === input.loyaltyProgramId))',
    instead: 'if (false)',
  },
  { name: 'any campaign', file: policy, text: 'if (!campaignIds.some((id) => id === input.campaignId))', instead: 'if (false)' },
  {
    name: 'a referral for friends',
    file: policy,
    text: "    refuseOthers(input, ['campaignId', 'advocateProfileIntegrationId'], '', issues)\n",
    instead: '',
  },
  {
    name: 'any field of a profile',
    file: policy,
    text: "    refuseOthers(input, ['integrationId', 'attributes'], '', issues)\n",
    instead: '',
  },
  { name: 'any event', file: policy, text: 'if (types.includes(type)) refuseAttributes', instead: 'if (true) refuseAttributes' },
  { name: 'any field of an event', file: policy, text: "    refuseOthers(input, fields, '', issues)\n", instead: '' },
  {
    name: 'scheduled achievements',
    file: policy,
    text: "if (listOf(achievementStatus).some((status) => status !== 'active'))",
    instead: 'if (false)',
  },
  { name: 'prices of an audience', file: policy, text: "if (isRecord(target) && target.targetType !== 'NONE')", instead: 'if (false)' },
  {
    name: 'prices for whoever is named',
    file: policy,
    text: '=> ofEverybody(priorPrice(input, shopper))',
    instead: '=> priorPrice(input, shopper)',
  },
  {
    name: 'any number of lines',
    file: policy,
    text: "    refuseMore(session.cartItems, lines, '/customerSession/cartItems', issues)\n",
    instead: '',
  },
  {
    name: 'any number of codes',
    file: policy,
    text: "    refuseMore(session.couponCodes, coupons, '/customerSession/couponCodes', issues)\n",
    instead: '',
  },
  { name: 'operations that are switched off', file: policy, text: 'if (reservations) policies', instead: 'if (true) policies' },
  {
    name: 'rows of staff',
    file: policy,
    text: '  return policies\n}',
    instead: '  policies.set(updateCustomerProfileV2, anything)\n  return policies\n}',
  },

  // Prices
  {
    name: "the browser's prices",
    file: pricing,
    text: 'return { sku: sku as string, quantity: quantity as number, ...(isRecord(attributes) && { attributes }) }',
    instead: 'return arguments[0]',
  },
  {
    name: "the browser's additional costs",
    file: pricing,
    text: 'const { cartItems, additionalCosts: _, ...rest } = session',
    instead: 'const { cartItems, ...rest } = session',
  },
  {
    name: 'lines that are not for sale',
    file: pricing,
    text: "  if (issues.length > 0) throw new Problem(422, 'field_not_allowed', { issues })\n",
    instead: '  if (issues.length > 0) return { cartItems: cartItems.map((item, index) => item ?? items[index]) }\n',
  },
  {
    name: 'prices of other lines',
    file: pricing,
    text: "  if (!agrees) throw new Problem(503, 'reprice_failed', { retryable: true })\n",
    instead: '',
  },

  // Bodies
  {
    name: 'any content type',
    file: request,
    text: "!/^application\\/json(;\\s*charset=utf-8)?$/i.test(headers.get('content-type') ?? '')",
    instead: 'false',
  },
  { name: 'any content encoding', file: request, text: "(headers.get('content-encoding') ?? 'identity') === 'identity'", instead: 'true' },
  {
    name: 'any length',
    file: request,
    text: 'if (bytes === undefined) throw tooLarge()',
    instead: 'if (bytes === undefined) return {}',
  },
  {
    name: 'any announced length',
    file: request,
    text: "  if (Number(headers.get('content-length')) > most) throw tooLarge()\n",
    instead: '',
  },
  { name: 'any depth', file: request, text: "  if (isDeeper(text, depth)) throw new Problem(400, 'json_too_deep')\n", instead: '' },
  {
    name: 'escaped quotes in texts',
    file: 'src/proxy/body.ts',
    text: "    if (text[index] === '\\\\') index++\n    else if (text",
    instead: '    if (text',
  },
  {
    name: 'broken JSON',
    file: request,
    text: "    throw new Problem(400, 'invalid_json')\n  }\n}\n\n// What is left",
    instead: "    throw new Error('broken')\n  }\n}\n\n// What is left",
  },
  { name: 'broken UTF-8', file: request, text: '{ fatal: true }', instead: '{ fatal: false }' },
  {
    name: 'findings are not looked at',
    file: request,
    text: "  if (issues.length > 0) throw new Problem(400, 'invalid_request', { issues })\n  return input",
    instead: '  return input',
  },
  { name: 'bodies for ever', file: request, text: '    bodyMs,\n', instead: '    1e15,\n' },

  // Upstream
  { name: 'redirects are followed', file: 'src/proxy/exchange.ts', text: "redirect: 'manual'", instead: "redirect: 'follow'" },
  {
    name: 'one more header',
    file: upstream,
    text: "      accept: 'application/json',\n",
    instead: "      accept: 'application/json',\n      'x-forwarded-for': '127.0.0.1',\n",
  },
  { name: 'an answer that says the key', file: upstream, text: '(isTelling(key) && text.includes(key))', instead: 'false' },
  { name: 'an answer of any length', file: upstream, text: 'const longestAnswer = 2 ** 24', instead: 'const longestAnswer = 2 ** 30' },
  {
    name: 'an answer of any shape',
    file: upstream,
    text: "if (endpoint.answer === 'list' ? Array.isArray(data) : isRecord(data)) return",
    instead: 'return',
  },
  {
    name: 'an answer of any depth',
    file: upstream,
    text: '  } catch {\n    throw unreadable(endpoint)',
    instead: '  } catch (error) {\n    throw error',
  },
  {
    name: 'sent twice',
    file: shopper,
    text: '      const answered = await send(endpoint, filled, key)\n',
    instead: '      await send(endpoint, filled, key).catch(() => {})\n      const answered = await send(endpoint, filled, key)\n',
  },
  {
    name: 'no lane for writes',
    file: shopper,
    text: "if (endpoint.kind === 'read' || isDry(input)) return sent()",
    instead: 'return sent()',
  },
  { name: 'no limit of requests', file: 'src/proxy/rates.ts', text: 'if (count > rate.most)', instead: 'if (false)' },
  {
    name: 'no limit of guesses',
    file: 'src/proxy/guesses.ts',
    text: '    if (count <= guesser.rate.most) continue\n',
    instead: '    if (count >= 0) continue\n',
  },
  {
    name: 'guesses in another case',
    file: 'src/proxy/guesses.ts',
    text: '  return code.toUpperCase()',
    instead: '  return code',
  },
  { name: 'guests are not counted', file: visitors, text: 'if (isNew) await countOne(', instead: 'if (false) await countOne(' },
  {
    name: 'requests of all are counted apart',
    file: visitors,
    text: "key('requests', shopper.profileId)",
    instead: "key('requests', String(Math.random()))",
  },
  {
    name: 'writes that were overtaken',
    file: shopper,
    text: "if (typeof customerSessionId === 'string') await refuseOvertaken",
    instead: 'if (false) await refuseOvertaken',
  },
  {
    name: 'guesses count for nothing',
    file: 'src/proxy/guesses.ts',
    text: 'fresh.filter((code) => !rejected.has(code)).length',
    instead: 'fresh.length',
  },
  { name: 'no outcome', file: upstream, text: "  return isWrite ? { outcome: 'unknown' } : {}", instead: '  return {}' },

  // Answers
  { name: 'answers as they are', file: answer, text: 'return answers[operationId]?.(data, reader)', instead: 'return data' },
  {
    name: 'coupons of others',
    file: answer,
    text: "const coupon = own('recipientIntegrationId' satisfies keyof Coupon, keep(...couponNames))",
    instead: 'const coupon = keep(...couponNames)',
  },
  {
    name: 'referrals of others',
    file: answer,
    text: "const referral = own('advocateProfileIntegrationId' satisfies keyof InventoryReferral, keep(...referralNames))",
    instead: 'const referral = keep(...referralNames)',
  },
  {
    name: 'giveaways of others',
    file: answer,
    text: "const giveaway = own('profileIntegrationId' satisfies keyof Giveaway, keep(...giveawayNames))",
    instead: 'const giveaway = keep(...giveawayNames)',
  },
  {
    name: 'profiles of others',
    file: answer,
    text: "const profile = own('integrationId' satisfies keyof CustomerProfile, keep(...profileNames))",
    instead: 'const profile = keep(...profileNames)',
  },
  {
    name: 'sessions of others',
    file: answer,
    text: "const session = own('profileId' satisfies keyof CustomerSessionV2, (value, reader)",
    instead: 'const session = ((_: string, filter: Filter) => filter)(``, (value, reader)',
  },
  {
    name: 'effects of others',
    file: answer,
    text: '  if (recipients.some((name) => props[name] !== undefined && props[name] !== reader.shopper.profileId)) return undefined\n',
    instead: '',
  },
  { name: 'effects that are hidden', file: answer, text: ' || hiddenEffects.has(String(value.effectType))', instead: '' },
  {
    name: 'custom effects',
    file: answer,
    text: "  if (value.effectType === 'customEffect' && !reader.fields.customEffects?.some((name) => name === props.name)) return undefined\n",
    instead: '',
  },
  {
    name: 'hints of rejections',
    file: answer,
    text: 'const { details: _details, conditionIndex: _condition, effectIndex: _effect, ...told } = props',
    instead: 'const told = props',
  },
  {
    name: 'names of rules',
    file: answer,
    text: "return { ...pick(value, envelope), rulesetId: 0, ruleName: '', props: shown }",
    instead: 'return { ...value, props: shown }',
  },
  { name: 'titles of rules', file: answer, text: "'ruleTitle' in told ? { ...told, ruleTitle: '' } : told", instead: 'told' },
  {
    name: 'reasons that tell tales',
    file: answer,
    text: "reader.couponReasons === 'coarse' ? tellTale.get(String(shown.rejectionReason)) : undefined",
    instead: 'undefined',
  },
  {
    name: "campaigns of others' codes",
    file: answer,
    text: 'return { ...nowhere, effectType: value.effectType,',
    instead: 'return { ...pick(value, envelope), effectType: value.effectType,',
  },
  {
    name: 'attributes of sessions',
    file: answer,
    text: 'attributes: isRecord(value.attributes) ? pick(value.attributes, reader.fields.sessionAttributes ?? []) : {},',
    instead: 'attributes: value.attributes,',
  },
  {
    name: 'attributes of lines',
    file: answer,
    text: '{ ...pick(value, itemNames), ...attributesOf(value, reader.fields.itemAttributes ?? []) }',
    instead: '{ ...pick(value, itemNames), attributes: value.attributes }',
  },
  {
    name: "Talon.One's ids of sessions",
    file: answer,
    text: 'integrationId: reader.browserIds.get(String(value.integrationId)),',
    instead: 'integrationId: value.integrationId,',
  },
  {
    name: 'sessions of a ledger',
    file: answer,
    text: 'customerSessionId: browserIds.get(String(value.customerSessionId)),',
    instead: 'customerSessionId: value.customerSessionId,',
  },
  {
    name: 'cards of a ledger',
    file: answer,
    text: '...(shopper.loyaltyCardIds?.includes(String(value.cardIdentifier)) && { cardIdentifier: value.cardIdentifier }),',
    instead: 'cardIdentifier: value.cardIdentifier,',
  },
  {
    name: 'profiles of a ledger',
    file: answer,
    text: '...(shopper.profileId === value.customerProfileID && { customerProfileID: shopper.profileId }),',
    instead: 'customerProfileID: value.customerProfileID,',
  },
  {
    name: 'profiles of a card',
    file: answer,
    text: "const registration = own('integrationId' satisfies keyof LoyaltyCardProfileRegistration, keep(...registrationNames))",
    instead: 'const registration = keep(...registrationNames)',
  },
  { name: 'achievements to come', file: answer, text: "isRecord(value) && value.status !== 'scheduled'\n", instead: 'isRecord(value)\n' },
  {
    name: 'prices of audiences',
    file: answer,
    text: "if (!isRecord(value) || !isRecord(value.target) || value.target.type !== 'NONE') return undefined",
    instead: 'if (!isRecord(value)) return undefined',
  },
  {
    name: 'campaigns behind prices',
    file: answer,
    text: "return { ...pick(value, priorPriceNames), contextIds: [], metadata: { influencingCampaignDetails: [] }, target: { type: 'NONE' } }",
    instead: "return { ...value, contextIds: [], target: { type: 'NONE' } }",
  },
  { name: 'cached answers', file: problem, text: "'cache-control': 'no-store, private'", instead: "'cache-control': 'private'" },
  { name: 'sniffed answers', file: problem, text: "  'x-content-type-options': 'nosniff',\n", instead: '' },

  // What is told
  {
    name: 'words of an error',
    file: proxy,
    text: 'return error instanceof Error ? error.name : typeof error',
    instead: 'return error instanceof Error ? error.message : String(error)',
  },
  {
    name: 'an error that nobody foresaw is told',
    file: problem,
    text: 'const body = { type:',
    instead: 'const body = { cause: String(details.cause), type:',
  },
  {
    name: 'a log that fails',
    file: proxy,
    text: 'void Promise.resolve(onEvent(event)).catch(logDeafness)',
    instead: 'void Promise.resolve(onEvent(event))',
  },
  {
    name: 'events that tell the path',
    file: proxy,
    text: "tell({ type: 'answered', operationId,",
    instead: "tell({ type: 'answered', path: request.url, operationId,",
  },

  // Staff
  { name: 'any scope', file: staff, text: "  if (!scopes.includes(scope)) throw new Problem(403, 'operation_forbidden')\n", instead: '' },
  { name: 'any sign-in', file: staff, text: '!(age > -skewMs && age <= freshMs)', instead: 'false' },
  {
    name: 'a sign-in that nobody told of',
    file: staff,
    text: '!(age > -skewMs && age <= freshMs)',
    instead: '(age <= -skewMs || age > freshMs)',
  },
  { name: 'a text of scopes', file: identity, text: ' || !Array.isArray(staff.scopes)', instead: '' },
  { name: 'any subject', file: identity, text: '!isRecord(staff) || !isId(staff.subject) ||', instead: '!isRecord(staff) ||' },
  { name: '`me` of staff', file: staff, text: '    refuseMe(endpoint, input)\n', instead: '' },
  {
    name: 'no audit',
    file: staff,
    text: "    if (scope === 'destructive') tell({ type: 'destructive', operationId: endpoint.operationId, subject: staff.subject })\n",
    instead: '',
  },
  { name: "words about the proxy's credential", file: staff, text: ' || status === 401 || status === 403', instead: '' },
  { name: 'more than a refusal says', file: staff, text: '    message,\n    ...(Array', instead: '    ...body,\n    ...(Array' },
]
