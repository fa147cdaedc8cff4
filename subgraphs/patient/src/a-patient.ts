import { anActor, type SubgraphUnderTest, until } from '@caregraph/testing'

export const desk = anActor({ roles: ['FRONT_DESK'] })

/** What registerPatient takes, but for what the test is about. */
export const aPatient = (overrides: object = {}) => ({ name: 'Ada Lovelace', dateOfBirth: '1985-12-10', ...overrides })

/** Registers a patient, and answers the id. */
export async function registerAPatient(clinic: SubgraphUnderTest, overrides: object = {}): Promise<string> {
  const register = 'mutation ($input: RegisterPatientInput!) { registerPatient(input: $input) { id } }'
  const { data, errors } = await clinic.ask(register, { input: aPatient(overrides) }, desk)
  if (!data) throw new Error(`registerPatient was refused: ${JSON.stringify(errors)}`)
  return data['registerPatient']?.['id'] ?? ''
}

/** Waits until so many events of the patient have left the outbox, and answers what they tell, in their order. */
export function eventsAbout(clinic: SubgraphUnderTest, patientId: string, count: number): Promise<object[]> {
  return until(
    () => {
      const events = clinic.published.filter(({ subject }) => subject === patientId)
      return events.length >= count && events.map(({ type, data }) => ({ type, ...data }))
    },
    { name: `${count} events` },
  )
}
