import { type Database, inTransaction, newId, prepared, queryRows } from '@caregraph/database'
import type { FigureSets } from './figure-sets.js'
import { postgresStore, type TableSet } from './postgres-store.js'

interface State {
  readonly current: TableSet
  readonly rebuildId: string | null
}

/** Two sets of tables that take turns. What a rebuild has replaced stays there until the next one needs the place. */
export function postgresSets(database: Database): FigureSets {
  const stores = { a: postgresStore(database, 'a'), b: postgresStore(database, 'b') }

  return {
    async inUse(tx) {
      const [state] = await (tx === undefined ? queryRows<State>(database, stateNow) : tx.query<State>(stateNow))
      const { current, rebuildId } = there(state)
      return { current: stores[current], growing: rebuildId === null ? undefined : stores[otherThan(current)] }
    },

    async beginRebuild() {
      const id = newId()
      const growing = await inTransaction(database, async (tx) => {
        const [state] = await tx.query<State>(begin, [id])
        const set = otherThan(there(state).current)
        await tx.query(empty[set])
        return set
      })
      return {
        store: stores[growing],
        isUnderWay: async () => (await queryRows<State>(database, stateNow))[0]?.rebuildId === id,
        finish: async () => (await queryRows(database, finish, [id, growing])).length > 0,
        abandon: async () => void (await queryRows(database, abandon, [id])),
      }
    },
  }
}

const otherThan = (set: TableSet): TableSet => (set === 'a' ? 'b' : 'a')

function there(state: State | undefined): State {
  if (state === undefined) throw new Error('the table figure_sets has lost its row: restore a backup')
  return state
}

const stateNow = prepared('SELECT current, rebuild_id AS "rebuildId" FROM figure_sets')
const begin = 'UPDATE figure_sets SET rebuild_id = $1 RETURNING current, rebuild_id AS "rebuildId"'
const empty = { a: 'TRUNCATE figures, counted_events', b: 'TRUNCATE figures_b, counted_events_b' }
const finish = 'UPDATE figure_sets SET current = $2, rebuild_id = NULL WHERE rebuild_id = $1 RETURNING 1'
const abandon = 'UPDATE figure_sets SET rebuild_id = NULL WHERE rebuild_id = $1'
