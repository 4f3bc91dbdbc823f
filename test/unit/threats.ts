/** The threats to a proxy, T01 to T95 of the research: which tests hold each, and why one is held otherwise or not at all. */

/** One of them. */
export interface Threat {
  row: string
  /** The titles of tests as their files spell them, by file. */
  heldBy?: Readonly<Record<string, readonly string[]>>
  /** Why nothing holds it here, or what was decided otherwise. */
  because?: string
}

const matrix = 'unit/proxy-matrix.test.ts'
const here = 'unit/proxy-threats.test.ts'
const said = 'unit/proxy-threats-said.test.ts'
const wire = 'unit/proxy-threats-wire.test.ts'
const bodies = 'unit/proxy-threats-bodies.test.ts'
const limits = 'unit/proxy-threats-limits.test.ts'
const config = 'unit/proxy-threats-config.test.ts'
const origins = 'unit/proxy-origins.test.ts'
const faults = 'unit/proxy-faults.test.ts'
const guarded = 'unit/proxy-guarded-store.test.ts'
const disconnects = 'unit/proxy-disconnects.test.ts'
const chromium = 'shop/other-origin.test.ts'
const proxy = 'unit/proxy.test.ts'
const rows = 'unit/proxy-rows.test.ts'
const identity = 'unit/proxy-identity.test.ts'
const ids = 'unit/proxy-ids.test.ts'
const refusals = 'unit/proxy-refusals.test.ts'
const answers = 'unit/proxy-answers.test.ts'
const configured = 'unit/proxy-config.test.ts'
const staff = 'unit/proxy-staff.test.ts'
const staffAnswers = 'unit/proxy-staff-answers.test.ts'

const everyRow = 'T01 %s leads to nothing of anybody else’s, wherever a foreign id stands'
const notForShoppers = '%s does not exist for a shopper, whatever is switched on'
const offAtFirst = '%s does not exist until it is switched on'
const otherFields = '%s refuses or drops every other field of its row'
const shopperSees = 'of an answer to %s a shopper sees what is theirs to see'
const nothingOfOthers = 'an answer holds what a shopper may see, and nothing of others'

export const threats: readonly Threat[] = [
  // Acting as or on somebody else
  {
    row: 'T01',
    heldBy: {
      [matrix]: [everyRow, 'T01 %s with nothing foreign in it is carried out for each of them, under their own ids'],
      [rows]: [notForShoppers, '%s with a foreign profile is answered like one that does not exist, and nothing is sent'],
    },
    because: 'the paths are those of Talon.One, with `me`: somebody else’s id in one is 404, not the path',
  },
  {
    row: 'T02',
    heldBy: {
      [here]: ['T02 no name gets through that another parser could take for one of the API’s'],
      [proxy]: ['whatever JSON a shopper sends, what goes upstream is theirs'],
      [refusals]: ['a body that does not fit is refused before anything is sent: %j'],
    },
    because: 'an unknown name is 400, a known one that shoppers may not say 422',
  },
  {
    row: 'T03',
    heldBy: {
      [here]: ['T03 each key stands once in the bytes that go upstream, whatever stood how often in those that came'],
      [refusals]: ['of two keys of one name none gets through twice'],
    },
  },
  {
    row: 'T04',
    heldBy: { [here]: ['T04 no id that another shopper can think of leads to a session that is not theirs'] },
    because: 'there are no tokens to verify: any id is one of the shopper’s own namespace, by HMAC',
  },
  {
    row: 'T05',
    heldBy: {
      [here]: ['T05 somebody else’s session is answered as one that does not exist, byte by byte'],
      [identity]: ["another shopper's session id leads to a session that does not exist"],
    },
    because: 'Talon.One is asked, for an id of the asker’s own namespace',
  },
  { row: 'T06', heldBy: { [here]: ['T06 an id that somebody planted is a cart of its own for whoever has signed in since'] } },
  {
    row: 'T07',
    heldBy: {
      [here]: [
        'T07 is known by a cookie that nobody can make up, and that no page reads',
        'T07 is not the one who has signed in: each has a cart of their own, and keeps it',
        'T07 of another secret is nobody here',
      ],
      [matrix]: ['T07 %s of somebody whom nobody has met is of a guest of its own, or of nobody'],
    },
    because: 'a cart is handed over by the order system alone, which has both proofs; no request does it',
  },
  {
    row: 'T08',
    heldBy: {
      [here]: ['T08 sessions in a query are one’s own however they are written; another parameter is none'],
      [matrix]: [everyRow],
      [refusals]: ['a ledger is asked for 50 sessions at most'],
    },
  },
  { row: 'T09', heldBy: { [matrix]: [everyRow], [rows]: ['%s takes nobody else’s card'] } },
  {
    row: 'T10',
    heldBy: {
      [limits]: ['T10 cards that are counted through are not there, and soon nobody is asked'],
      [rows]: ['%s with a foreign card is answered like one that does not exist, and nothing is sent'],
    },
  },
  {
    row: 'T11',
    heldBy: {
      [matrix]: [everyRow],
      [rows]: ['%s calls no session and no event what the browser calls it'],
      [refusals]: ['the event %j is refused before anything is sent'],
    },
  },
  { row: 'T12', heldBy: { [rows]: [notForShoppers] }, because: 'reading an event is for staff; a shopper cannot be given it' },
  {
    row: 'T13',
    heldBy: {
      [refusals]: ['a referral has the campaigns, and none of the limits, of the shopper’s choice'],
      [rows]: [offAtFirst, otherFields],
      [matrix]: [everyRow],
    },
  },
  {
    row: 'T14',
    heldBy: { [identity]: ['%s of a coupon for oneself and somebody else is for nobody'], [rows]: [offAtFirst], [matrix]: [everyRow] },
    because: 'a foreign id is 404, as everywhere',
  },
  { row: 'T15', heldBy: { [rows]: [notForShoppers] }, because: 'what a shopper may not do is 404: it does not exist' },
  { row: 'T16', heldBy: { [rows]: [notForShoppers] }, because: 'what a shopper may not do is 404: it does not exist' },
  { row: 'T17', heldBy: { [matrix]: [everyRow] } },
  {
    row: 'T18',
    heldBy: {
      [here]: ['T18 the same secret in another shop is another cart, and another guest'],
      [identity]: ['namespaces differ by secret, audience, profile and id, and do not run together'],
    },
    because: 'an id of another audience is another session rather than a refused token',
  },
  {
    row: 'T19',
    heldBy: {
      [here]: ['T19 an identity that is none is nobody’s, and nobody is anonymous by accident: %s'],
      [matrix]: ['T19 %s reaches nobody for a hostile identity, for nobody, or where it is not a shopper’s'],
      [identity]: ['an identity that is none fails closed: %j'],
    },
  },
  {
    row: 'T20',
    heldBy: {
      [here]: ['T20 10,000 requests of 100 shoppers at once do not mix'],
      [proxy]: ['requests of many shoppers at once do not mix'],
    },
  },
  { row: 'T21', heldBy: { [here]: ['T21 %s fails closed, in time, and sends nothing'] } },

  // Functions and business logic
  {
    row: 'T22',
    heldBy: {
      [proxy]: ['whatever JSON a shopper sends, what goes upstream is theirs'],
      [refusals]: ['a shopper may not say %j', 'a preview is evaluated and not stored, and the rest of the rules hold for it too'],
    },
  },
  {
    row: 'T23',
    heldBy: { [rows]: [notForShoppers], [staff]: ['%s is there for every set of scopes that holds its own, and for no other'] },
    because: 'three scopes, `read`, `write` and `destructive`, instead of one for each operation',
  },
  {
    row: 'T24',
    heldBy: {
      [matrix]: ['T24 %s is for staff with its scope, who have just signed in where it destroys, and for no others'],
      [staff]: ['who signed in %s may delete something or must sign in again'],
      [rows]: [notForShoppers],
    },
    because: '`allowDestructive` is the scope `destructive`, with `signedInAt` within five minutes',
  },
  {
    row: 'T25',
    heldBy: {
      [said]: [
        'T25 a price of %j counts nowhere',
        'T25 T22 T30 what `pricing` returns beside prices says nothing of whose session it is, nor of its state',
      ],
      [proxy]: ['prices come from the server, whatever the browser says', "with 'catalog' only SKU and quantity are sent on"],
      [config]: ['T90 bad configuration refuses to start and names %s only: %o'],
    },
    because: 'a price of a browser is dropped rather than refused: the cart needs it for its estimates',
  },
  {
    row: 'T26',
    heldBy: {
      [said]: ['T26 a line’s `%s` is not the browser’s to say'],
      [rows]: [otherFields],
      [proxy]: ['attributes of items and session are those that were listed, on the way in and on the way out'],
    },
    because: 'what a line has beside SKU, quantity and listed attributes is dropped, as its price is',
  },
  { row: 'T27', heldBy: { [said]: ['T27 a quantity of %s'] }, because: 'what no cart can have is 400, what a shop does not allow 422' },
  { row: 'T28', heldBy: { [said]: ['T28 attributes that nobody has listed, or that reach into prototypes, are refused'] } },
  { row: 'T29', heldBy: { [said]: ['T29 T30 T31 audiences, stores, experiments and identifiers are nobody’s to choose'] } },
  {
    row: 'T30',
    heldBy: { [said]: ['T29 T30 T31 audiences, stores, experiments and identifiers are nobody’s to choose'] },
    because: 'a shop that needs a store or a variant has an application, and a proxy, for each',
  },
  {
    row: 'T31',
    heldBy: { [said]: ['T29 T30 T31 audiences, stores, experiments and identifiers are nobody’s to choose'] },
    because: 'identifiers never come from a browser, and the proxy sets none: no option for it was asked for',
  },
  {
    row: 'T32',
    heldBy: {
      [said]: ['T32 the query `%s` is refused, in any spelling and any number'],
      [refusals]: [
        'a preview is evaluated and not stored, and the rest of the rules hold for it too',
        'a query the row does not know is refused: %s',
      ],
    },
    because: 'a preview is `dry=true` on the path of the session, where `previews` is switched on',
  },
  {
    row: 'T33',
    heldBy: { [refusals]: ['the event %j is refused before anything is sent', 'an event of a type without listed attributes has none'] },
  },
  { row: 'T34', heldBy: { [ids]: ['an event counts once for each shopper and key'] } },
  {
    row: 'T35',
    heldBy: {
      [limits]: [
        'T35 T36 are ten in ten minutes, of 1,000: %s',
        'T35 are counted one by one, also ten in a cart, and in every spelling',
        'T35 all at once are no more',
        'T35 that are accepted cost nothing, however many',
      ],
    },
  },
  { row: 'T36', heldBy: { [limits]: ['T35 T36 are ten in ten minutes, of 1,000: %s'] } },
  {
    row: 'T37',
    heldBy: { [limits]: ['T37 by 1,000 guests of one network are those of one network', 'T37 new guests of one network are 120 an hour'] },
  },
  {
    row: 'T38',
    heldBy: {
      [answers]: [
        'a %s for %s is told as that of a code that does not exist',
        'T38 a cart with a code that is somebody else’s is answered as one with none, byte by byte',
        'T38 a code that is somebody else’s is reserved and released as one that does not exist, and a try at it costs as much',
      ],
    },
    because: 'releasing is answered alike whether or not there is such a code, so that it costs no guess',
  },
  {
    row: 'T39',
    heldBy: {
      [limits]: [
        'T39 are one at a time: of 50 at once 49 are told to come again',
        'T39 T84 are one at a time across replicas, and what a dead replica held is free again in time',
      ],
    },
    because: 'one write of a profile rather than of a session: that is what Talon.One answers 409 to',
  },
  { row: 'T40', heldBy: { [rows]: [notForShoppers], [refusals]: ['a shopper may not say %j'] } },

  // Transport and parsing
  {
    row: 'T41',
    heldBy: {
      [wire]: ['T41 of %s leads nowhere else, whatever stands in it', 'T41 longer than any id can make it is refused'],
      [refusals]: ['%s %s does not exist for a shopper'],
      [staff]: ['%s leads nowhere but to its own path, whatever an id is'],
      [faults]: ['T41 a host that is none is refused, and no failure: %j'],
    },
  },
  {
    row: 'T42',
    heldBy: {
      [wire]: [
        'T42 that the row does not know, or that says something twice, is refused: %.60s',
        'T42 is built anew: encoded otherwise, it goes upstream as the proxy writes it',
      ],
    },
  },
  {
    row: 'T43',
    heldBy: {
      [wire]: ['T43 that %s does not have is told which ones there are', 'T43 stays what it is, whatever a header, a query or a body says'],
    },
    because: 'TRACE and CONNECT cannot be a `Request`',
  },
  {
    row: 'T44',
    heldBy: {
      [wire]: ['T44 T45 T46 of %s are the proxy’s own upstream, and none of a browser’s'],
      [staff]: ['the headers that go upstream are the proxy’s own, whatever comes'],
    },
    because: 'the platform’s fetch adds its own `user-agent`',
  },
  {
    row: 'T45',
    heldBy: {
      [wire]: ['T44 T45 T46 of %s are the proxy’s own upstream, and none of a browser’s'],
      [faults]: ['T45 headers that a connection claims as its own strip nothing from what goes upstream'],
    },
  },
  {
    row: 'T46',
    heldBy: {
      [wire]: [
        'T44 T45 T46 of %s are the proxy’s own upstream, and none of a browser’s',
        'T61 T62 T63 T78 of an answer are these and no others: %s',
      ],
    },
  },
  {
    row: 'T47',
    heldBy: {
      [config]: ['such as %s is refused at the start, without being quoted', 'such as %s is the origin of everything that is sent: %s'],
    },
  },
  {
    row: 'T48',
    heldBy: {
      [faults]: ['T48 a redirect is not followed: its target hears nothing'],
      [proxy]: ['a redirect is not followed: the key would go along'],
    },
  },
  {
    row: 'T49',
    heldBy: {
      [faults]: ['T49 a request that hides another one is one at most, or none: %s'],
      'unit/proxy-fronts.test.ts': [
        'sends everybody’s requests on over one connection',
        'T49 Node reads the requests that the front has sent, and everybody gets their own answer: %s',
      ],
    },
    because: 'behind a front: what that takes for two requests, such as a second one after bare line feeds, are two',
  },
  { row: 'T50', heldBy: { [bodies]: ['T50 of the type %j is not read', 'T50 without a type is not read'] } },
  { row: 'T51', heldBy: { [bodies]: ['T51 that is packed is not unpacked: %s'] } },
  {
    row: 'T52',
    heldBy: {
      [bodies]: ['T52 %s is left at its limit', 'T52 that says that it is too long is not read at all', 'T52 of exactly the limit is read'],
      [faults]: ['T52 a body of 1 GiB is refused without being kept: %s', 'T52 a length that is a lie: %s'],
    },
  },
  {
    row: 'T53',
    heldBy: { [faults]: ['T53 bodies that come a byte at a time, or never end, are not waited for, 1,000 of them'] },
  },
  {
    row: 'T54',
    heldBy: { [bodies]: ['T54 of %s is no failure'] },
    because: 'values are not counted: at 64 kB a body has 32,000 at most',
  },
  {
    row: 'T55',
    heldBy: {
      [bodies]: ['T55 with keys that reach into prototypes changes none'],
      [said]: ['T28 attributes that nobody has listed, or that reach into prototypes, are refused'],
    },
  },
  { row: 'T56', heldBy: { [bodies]: ['T56 that is no JSON in UTF-8 is refused: %s'] } },
  {
    row: 'T57',
    heldBy: { [wire]: ['T57 of 64 kB each are no work'] },
    because: 'measured, at 20 ms on a shared machine, rather than by a checker of regular expressions',
  },
  { row: 'T58', heldBy: { [bodies]: ['T58 a number such as %s is finite upstream, a quantity whole too, or it is refused'] } },

  // Browsers
  {
    row: 'T59',
    heldBy: {
      [origins]: ['T59 what a page of another site can cause is refused, reading or writing: %j'],
      [chromium]: ['T59 nothing that a page of another origin can send reaches Talon.One: $name'],
    },
    because:
      'without `Sec-Fetch-Site` and `Origin` a request is let through: the header it needs, on reads too, has any other origin’s page ask a preflight first, which is refused; browsers on http development hosts send neither',
  },
  {
    row: 'T60',
    heldBy: {
      [origins]: [
        'there are 40 and more that look like a listed one',
        '%.60s is not listed: nothing of CORS, nothing sent',
        'a listed one may ask, and read what it is answered, refusals too',
        'a listed one needs the header like any other',
        'those of one shop are not those of another, also at once',
        'T60 with no list there is no CORS at all: %s',
      ],
      [chromium]: ['T60 a page of a listed origin reads and writes, with cookies'],
    },
  },
  {
    row: 'T61',
    heldBy: {
      [wire]: ['T61 T62 T63 T78 of an answer are these and no others: %s'],
      [chromium]: ['T59 nothing that a page of another origin can send reaches Talon.One: $name'],
    },
  },
  {
    row: 'T62',
    heldBy: {
      [wire]: ['T61 T62 T63 T78 of an answer are these and no others: %s', 'T41 of %s leads nowhere else, whatever stands in it'],
      [refusals]: ['%s %s does not exist for a shopper'],
    },
    because: '`no-store` keeps CDNs too; no `CDN-Cache-Control` is needed beside it, and no cache is started here',
  },
  { row: 'T63', heldBy: { [wire]: ['T61 T62 T63 T78 of an answer are these and no others: %s'] } },
  {
    row: 'T64',
    heldBy: { [limits]: ['T10 cards that are counted through are not there, and soon nobody is asked'], [rows]: [notForShoppers] },
    because: 'a script in the shop’s own page is the shopper to every server; operations and limits are what bounds it',
  },
  { row: 'T65', heldBy: { [config]: ['T65 the package writes no HTML'] } },
  {
    row: 'T66',
    heldBy: { 'unit/cart-sequences.test.ts': ['is somebody else’s'] },
    because: 'of the cart, not of the proxy; the simulator holds it as its invariant I10',
  },
  {
    row: 'T67',
    heldBy: { 'unit/cart-bad-input.test.ts': ['hears noise from other tabs asks nobody, and shows nothing new'] },
    because: 'of the cart, not of the proxy',
  },

  // What is shown
  { row: 'T68', heldBy: { [answers]: [nothingOfOthers, shopperSees] } },
  { row: 'T69', heldBy: { [answers]: [nothingOfOthers] } },
  {
    row: 'T70',
    heldBy: { [answers]: [nothingOfOthers, shopperSees] },
    because: 'the props of effects that are for shoppers go as they are, those of new effects too',
  },
  { row: 'T71', heldBy: { [answers]: [nothingOfOthers, shopperSees] } },
  { row: 'T72', heldBy: { [answers]: [nothingOfOthers, shopperSees] } },
  {
    row: 'T73',
    heldBy: {
      [wire]: ['T73 T75 holds no key, secret, cookie, code or id, also where the log is the console’s'],
      [answers]: ['an upstream %i %s becomes %i %s', 'an error in a hook is told by its name only'],
    },
  },
  {
    row: 'T74',
    heldBy: {
      [config]: [
        'that cannot stand in a header is refused at the start, and not quoted: %j',
        'is in nothing that can be looked at, nor is the secret',
      ],
      [answers]: ['the key is in no answer, event or inspection'],
    },
  },
  {
    row: 'T75',
    heldBy: {
      [wire]: ['T73 T75 holds no key, secret, cookie, code or id, also where the log is the console’s'],
      [staff]: ['an event tells the operation, the status and the time, and no id'],
    },
  },
  {
    row: 'T76',
    because:
      'nothing is compared: an id leads into the asker’s namespace, or differs from the asker’s own, before any I/O; the one MAC there is, a guest’s cookie, is compared to its end whatever differs',
  },
  {
    row: 'T77',
    because: 'of the package: an entry of its own, which no other imports (unit/arrows.test.ts), and test/dist.ts looks into what is built',
  },
  { row: 'T78', heldBy: { [wire]: ['T61 T62 T63 T78 of an answer are these and no others: %s'] } },

  // Availability and operation
  {
    row: 'T79',
    heldBy: { [wire]: ['T79 of %s is one request at most, whatever comes back'] },
    because: 'nothing is repeated, reads neither: the client does that',
  },
  {
    row: 'T80',
    heldBy: {
      [limits]: [
        'T80 is an address, or the half of one that somebody has as a whole; what is none is all one',
        'T80 is told by the shop alone: no header of a browser makes another one',
        'T80 that is not known is one for all, and the log is told once',
      ],
    },
  },
  {
    row: 'T81',
    heldBy: { [limits]: ['T81 the store of a replica does not grow with the keys that somebody makes up'] },
    because: '200,000 keys rather than ten million: the shelves are full at 10,000',
  },
  {
    row: 'T82',
    heldBy: {
      [limits]: ['T82 while the store is %s, carts go on, and new codes and new guests do not'],
      [guarded]: [
        'that %s is left for memory, in time, and told of once, without a key',
        'fails whoever asks for it, and counts nothing for them',
        'is killed: requests go on in time, the shop is told once, and it comes back by itself',
        'stands still: the same, and what it carries out late shuts nobody out',
        'is emptied: counts begin anew, a replica keeps its own lanes and fences, and nothing is in trouble',
        'fails closed for whoever asks for it',
      ],
      'unit/proxy-store.test.ts': ['%s refuses an answer that its script never gives, and does not quote it'],
      'unit/proxy-redis.test.ts': ['lose no edit and mix no carts while it is %s under load'],
    },
    because: 'what staff may destroy goes by how long ago they signed in, and asks no store',
  },
  { row: 'T83', because: 'there is no breaker towards Talon.One: nothing that one shopper could open for all' },
  {
    row: 'T84',
    heldBy: {
      [limits]: [
        'T39 T84 are one at a time across replicas, and what a dead replica held is free again in time',
        'T84 that were not answered in time keep the lane, those that failed do not',
      ],
    },
  },
  {
    row: 'T85',
    heldBy: {
      [limits]: ['T85 no two purposes or lists of parts share a key, a session, an event or an idempotency key'],
      [ids]: [
        'no key of one shopper is made of the parts of another one’s',
        'a session, an event and an idempotency key of one name are three',
      ],
    },
  },
  {
    row: 'T86',
    heldBy: {
      [ids]: ['an idempotency key is the same for a repeat, and another one for another shopper, operation, key, secret or audience'],
      [staffAnswers]: ['to a write that comes again with its key'],
    },
    because: 'keys are scoped and sent on, with what is sent in them: Talon.One replays, nothing is stored here',
  },
  {
    row: 'T87',
    heldBy: {
      [limits]: [
        'T87 is refused once a newer one of its page has been here, and says that its copy may have counted',
        'T87 says its number properly, or is refused: %j',
        'T87 is refused on another replica too',
      ],
    },
  },
  {
    row: 'T88',
    heldBy: { [answers]: ['an upstream %i %s becomes %i %s'] },
    because: 'the event `refused` with its code is the alert',
  },
  {
    row: 'T89',
    heldBy: {
      [faults]: ['T89 an upstream that answers with %s'],
      [answers]: ['an answer without an end, or with the key in it, is left: the write may have been carried out'],
    },
    because: 'an answer may be 16 MiB long: that to a session of 10,000 units is 2 MB',
  },
  {
    row: 'T90',
    heldBy: {
      [config]: ['T90 bad configuration refuses to start and names %s only: %o'],
      [configured]: ['bad configuration refuses to start and names the option only: %j'],
    },
    because:
      'no warning is given for the memory store: the README says when a store is needed; a placeholder of 32 characters cannot be told from a secret',
  },
  {
    row: 'T91',
    heldBy: { [config]: ['T91 the proxy needs one package, which needs none'] },
    because: 'lockfile, provenance and the like are for the pipeline of whoever publishes',
  },
  {
    row: 'T92',
    heldBy: { [staff]: ['who signed in %s may delete something or must sign in again'] },
    because:
      'ids of sessions do not expire, and a guest’s cookie is kept as long as the browser is told to; staff’s sign-in has the minute',
  },
  {
    row: 'T93',
    heldBy: {
      [wire]: ['T93 the legacy signature of a request without a body is that of no bytes'],
      [configured]: ['the legacy signature is the HMAC of the very bytes that are sent'],
    },
  },
  {
    row: 'T94',
    heldBy: {
      [disconnects]: [
        'T94 100,000 requests that break off anywhere leave no rejection, no event of a failure and no memory behind',
        'T94 2,000 clients that go away at any moment leave the server as it was',
        'T94 a write whose sender has gone is carried out, and its profile is free for the next one',
      ],
    },
    because: 'who goes away while Talon.One is asked is not followed: what was sent is carried out, and its answer thrown away',
  },
  { row: 'T95', heldBy: { [wire]: ['T95 a preflight, a HEAD or a path that there is not asks nobody'] } },
]
