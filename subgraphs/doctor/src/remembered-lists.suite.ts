import type { Cache } from '@caregraph/cache'
import { anActor, type SubgraphUnderTest, startSubgraph, until } from '@caregraph/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addADoctor, administrator } from './a-doctor.js'
import { doctor } from './index.js'

const list = '{ doctors { totalCount edges { node { id name department available version } } } }'
const contact = '{ doctors { edges { node { name phone email licenseNumber } } } }'
const change = 'mutation ($input: UpdateDoctorInput!) { updateDoctor(input: $input) { version } }'

interface Doctor {
  readonly id: string
  readonly name: string
  readonly department: string | null
}

/** What holds of lists that are remembered, of two copies of the subgraph with the caches that they have. */
export function rememberedListsSuite(openCaches: () => Promise<readonly [Cache, Cache]>): void {
  let here: SubgraphUnderTest
  let there: SubgraphUnderTest
  let grey: string
  beforeAll(async () => {
    const [cache, another] = await openCaches()
    here = await startSubgraph(doctor, { cache })
    const { url } = here.database.options as { url?: string }
    there = await startSubgraph(doctor, { cache: another, databaseUrl: url ?? '' })
    grey = await addADoctor(here, { phone: '+14155550123', email: 'grey@example.com', licenseNumber: 'WA 4711' })
  })
  afterAll(async () => {
    await there.stop()
    await here.stop()
  })

  const shown = async (clinic: SubgraphUnderTest, query = list, actor = anActor()) => {
    const { data } = await clinic.ask(query, {}, actor)
    const { edges = [] } = (data?.['doctors'] ?? {}) as { edges?: { node: Doctor }[] }
    return edges.map(({ node }) => node).find(({ id, name }) => id === grey || name === 'Meredith Grey')
  }

  it('a list is read from the tables once for all copies', async () => {
    const statements: string[] = []
    const { logger } = there.database
    there.database.logger = {
      ...logger,
      logQuery: (statement: string) => void statements.push(statement),
    } as typeof logger
    // The event of the first doctor makes all forget once more.
    await until(async () => {
      await shown(here)
      statements.length = 0
      expect(await shown(there)).toMatchObject({ name: 'Meredith Grey' })
      return !statements.some((statement) => statement.includes('doctors'))
    })
    there.database.logger = logger
  })

  it('whoever asks after a change was answered sees it, at whichever copy', async () => {
    for (let round = 0; round < 10; round++) {
      const [writer, reader] = round % 2 ? [here, there] : [there, here]
      await shown(reader)
      const department = `Ward ${round}`
      await writer.ask(change, { input: { id: grey, department } }, administrator)
      expect(await shown(reader)).toMatchObject({ department })
    }
    await here.ask(
      `mutation { archiveDoctor(id: "${await addADoctor(there)}", reason: "left") { id } }`,
      {},
      administrator,
    )
    const { data } = await there.ask(list)
    expect(data).toMatchObject({ doctors: { totalCount: 1 } })
  })

  it('a change of which the writer could tell nobody is seen when its event has come', async () => {
    await shown(here)
    await here.database.query(`UPDATE doctors SET department = 'Emergency' WHERE id = '${grey}'`)
    const [event] = here.published
    if (event === undefined) throw new Error('nothing was published')
    await here.bus.publish('doctor-events', [event])
    await until(async () => (await shown(there))?.department === 'Emergency')
  })

  it('what not everyone may read is read for each caller, and kept from those who may not', async () => {
    expect(await shown(here, contact)).toMatchObject({ phone: '+14155550123', licenseNumber: 'WA 4711' })
    const { data, errors } = await there.ask(contact)
    expect(JSON.stringify(data)).not.toMatch(/555|example|4711/)
    expect(errors?.map(({ extensions }) => extensions['code'])).toContain('UNAUTHENTICATED')
    await here.database.query(`UPDATE doctors SET phone = '+14155550199' WHERE id = '${grey}'`)
    expect(await shown(there, contact)).toMatchObject({ phone: '+14155550199', email: 'grey@example.com' })
  })

  it('what decides a booking is never remembered', async () => {
    const calendars = '{ doctors { edges { node { id name available calendar { available timeZone } } } } }'
    await shown(there, calendars)
    await here.database.query(`UPDATE doctors SET available = false, time_zone = 'Asia/Tokyo' WHERE id = '${grey}'`)
    expect(await shown(there, calendars)).toMatchObject({
      available: true,
      calendar: { available: false, timeZone: 'Asia/Tokyo' },
    })
    await here.database.query(`UPDATE doctors SET available = true WHERE id = '${grey}'`)
  })

  it('what people typed is not remembered', async () => {
    const typed = '{ doctors(search: "grey") { edges { node { id name department } } } }'
    await shown(here, typed)
    await here.database.query(`UPDATE doctors SET department = 'Trauma' WHERE id = '${grey}'`)
    expect(await shown(here, typed)).toMatchObject({ department: 'Trauma' })
  })
}
