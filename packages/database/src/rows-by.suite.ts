import { randomUUID } from 'node:crypto'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { rowsBy } from './rows-by.js'
import { testDatabase } from './testing.js'
import { queryRows } from './transaction.js'

@Entity('visits')
class VisitRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'text', name: 'patient_name' })
  declare patientName: string

  @Column({ type: 'date', name: 'booked_on' })
  declare bookedOn: string

  @Column({ type: 'timestamp', name: 'starts_at' })
  declare startsAt: Date

  @Column({ type: 'boolean' })
  declare kept: boolean

  @Column({ type: 'json' })
  declare notes: object
}

let server: Awaited<ReturnType<typeof testDatabase>>
let database: Database
export function rowsBySuite(): void {
  beforeAll(async () => {
    server = await testDatabase()
    database = await connectDatabase({
      url: server.url,
      tables: { entities: [VisitRow], migrations: [] },
      poolSize: 2,
      onConnectionError: () => undefined,
    })
    await queryRows(database, {
      postgres: `CREATE TABLE visits (
        id uuid, patient_name text, booked_on date, starts_at timestamptz, kept boolean, notes jsonb)`,
      mysql: `CREATE TABLE visits (
        id char(36), patient_name text, booked_on date, starts_at datetime(3), kept boolean, notes json)`,
    })
  })
  afterAll(async () => {
    await database.destroy()
    await server.drop()
  })

  describe('rows by a property', () => {
    it('are those with one of the values, under the names of the entity, as TypeORM reads them', async () => {
      const visits = ['Ada', 'Bo', 'Cy'].map((patientName) => ({
        id: randomUUID(),
        patientName,
        bookedOn: '1984-02-29',
        startsAt: new Date('2027-03-28T01:30:00.123Z'),
        kept: patientName === 'Ada',
        notes: { seen: [1, true, null, 'Łukasz’s "quote" \\'] },
      }))
      await database.manager.insert(VisitRow, visits)
      const found = await rowsBy(database, VisitRow, 'patientName', ['Ada', 'Cy', 'nobody'])
      expect(found).toEqual(expect.arrayContaining(await database.manager.findBy(VisitRow, { patientName: 'Ada' })))
      const byName = found.sort((one, other) => (one.patientName < other.patientName ? -1 : 1))
      expect(byName).toEqual([visits[0], visits[2]])
    })

    it('are none for no value', async () => {
      expect(await rowsBy(database, VisitRow, 'id', [])).toEqual([])
    })
  })
}
