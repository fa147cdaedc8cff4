import { randomUUID } from 'node:crypto'
import { anActor, type SubgraphUnderTest, until } from '@caregraph/testing'

export const administrator = anActor({ roles: ['ADMIN'] })

/** What addDoctor takes, but for what the test is about. */
export const aDoctor = (overrides: object = {}) => ({
  name: 'Meredith Grey',
  specialization: 'SURGERY',
  licenseNumber: randomUUID(),
  timeZone: 'America/Los_Angeles',
  ...overrides,
})

/** Adds a doctor, and answers the id. */
export async function addADoctor(clinic: SubgraphUnderTest, overrides: object = {}): Promise<string> {
  const add = 'mutation ($input: AddDoctorInput!) { addDoctor(input: $input) { id } }'
  const { data, errors } = await clinic.ask(add, { input: aDoctor(overrides) }, administrator)
  if (!data) throw new Error(`addDoctor was refused: ${JSON.stringify(errors)}`)
  return data['addDoctor']?.['id'] ?? ''
}

/** Waits until so many events of the doctor have left the outbox, and answers what they tell, in their order. */
export function eventsAbout(clinic: SubgraphUnderTest, doctorId: string, count: number): Promise<object[]> {
  return until(
    () => {
      const events = clinic.published.filter(({ subject }) => subject === doctorId)
      return events.length >= count && events.map(({ type, data }) => ({ type, ...data }))
    },
    { name: `${count} events` },
  )
}
