import type { Migration } from '@caregraph/database'

/** A second set of the same tables, in which a rebuild makes new figures while the old ones are read. */
export const figureSetTables: Migration = {
  name: 'FigureSets1760000006002',
  postgres: [
    'CREATE TABLE figures_b (LIKE figures INCLUDING ALL)',
    'CREATE TABLE counted_events_b (LIKE counted_events INCLUDING ALL)',
    // One row: `current` is read, and the other is being filled by the rebuild of this id.
    `CREATE TABLE figure_sets (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      current text NOT NULL CHECK (current IN ('a', 'b')),
      rebuild_id uuid
    )`,
    `INSERT INTO figure_sets (current) VALUES ('a')`,
  ],
}
