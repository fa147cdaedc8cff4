import { randomUUID } from 'node:crypto'
import { Column, Entity, PrimaryColumn } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDatabase, type Database } from './connect.js'
import { testDatabase } from './testing.js'
import { inTransaction, queryRows } from './transaction.js'
import { expectVersion, updateVersioned } from './versioned-update.js'

@Entity('accounts')
class AccountRow {
  @PrimaryColumn({ type: 'uuid' })
  declare id: string

  @Column({ type: 'integer' })
  declare balance: number

  @Column({ type: 'text', nullable: true })
  declare note: string | null

  @Column({ type: 'integer' })
  declare version: number
}

let server: Awaited<ReturnType<typeof testDatabase>>
let database: Database
async function anAccount(): Promise<AccountRow> {
  const account = { id: randomUUID(), balance: 0, note: 'kept', version: 1 }
  await database.manager.insert(AccountRow, account)
  return database.manager.findOneByOrFail(AccountRow, { id: account.id })
}

const reload = ({ id }: AccountRow) => database.manager.findOneByOrFail(AccountRow, { id })
const conflict = expect.objectContaining({ code: 'VERSION_CONFLICT' })

export function versionedUpdateSuite(): void {
  beforeAll(async () => {
    server = await testDatabase()
    database = await connectDatabase({
      url: server.url,
      tables: { entities: [AccountRow], migrations: [] },
      poolSize: 20,
      onConnectionError: () => undefined,
    })
    await queryRows(
      database,
      'CREATE TABLE accounts (id char(36) PRIMARY KEY, balance integer, note text, version integer)',
    )
  })
  afterAll(async () => {
    await database.destroy()
    await server.drop()
  })

  describe('updateVersioned', () => {
    it('writes the changes alone, and answers the row as it stands', async () => {
      const account = await anAccount()
      const updated = await inTransaction(database, (tx) => updateVersioned(tx, AccountRow, account, { balance: 5 }))
      expect(updated).toEqual({ id: account.id, balance: 5, note: 'kept', version: 2 })
      expect(await reload(account)).toEqual(updated)
    })

    it('clears with null and keeps what is left out', async () => {
      const account = await anAccount()
      await inTransaction(database, (tx) => updateVersioned(tx, AccountRow, account, { note: null }))
      expect(await reload(account)).toMatchObject({ balance: 0, note: null, version: 2 })
    })

    it('loses none of fifty concurrent changes silently: each is there, or was refused', async () => {
      const account = await anAccount()
      const add = async () => {
        const loaded = await reload(account)
        await inTransaction(database, (tx) => updateVersioned(tx, AccountRow, loaded, { balance: loaded.balance + 1 }))
      }
      const settled = await Promise.allSettled(Array.from({ length: 50 }, add))
      const refused = settled.filter((each) => each.status === 'rejected')
      for (const { reason } of refused) expect(reason).toEqual(conflict)
      expect(refused.length).toBeGreaterThan(0)
      expect(await reload(account)).toMatchObject({ balance: 50 - refused.length, version: 51 - refused.length })
    })

    it('refuses a row that is not there any more', async () => {
      const account = await anAccount()
      await database.manager.delete(AccountRow, { id: account.id })
      const updated = inTransaction(database, (tx) => updateVersioned(tx, AccountRow, account, { balance: 1 }))
      await expect(updated).rejects.toEqual(conflict)
    })

    it('leaves what was loaded as it was when the change was refused', async () => {
      const account = await anAccount()
      const stale = await reload(account)
      await inTransaction(database, (tx) => updateVersioned(tx, AccountRow, account, { balance: 1 }))
      await expect(
        inTransaction(database, (tx) => updateVersioned(tx, AccountRow, stale, { balance: 2 })),
      ).rejects.toEqual(conflict)
      expect(stale).toMatchObject({ balance: 0, version: 1 })
    })
  })

  describe('expectVersion', () => {
    it.each([null, undefined, 3])('lets through whoever decided on version %s of 3', (expected) => {
      expect(() => expectVersion({ version: 3 }, expected)).not.toThrow()
    })

    it.each([0, 2, 4, -3])('refuses whoever decided on version %s of 3', (expected) => {
      expect(() => expectVersion({ version: 3 }, expected)).toThrow(conflict)
    })
  })
}
