import { join } from 'node:path'
import { serviceType } from './people.js'
import { connectTo } from './postgres.js'

/** How many visits each doctor has: so his month is as full in a large clinic as in a small one. */
const visitsPerDoctor = 100

const firstNames = `{Amara,Björn,Chiara,Diego,Elif,Fatima,Grace,Hiroshi,Ingrid,Jamal,Keiko,Liam,Mariam,Noah,Olga,Priya,Quentin,Rosa,Samuel,Tomasz,Uma,Viktor,Wanjiru,Xin,Yusuf,Zofia}`
const lastNames = `{Abebe,Baker,Çelik,Dąbrowski,Eriksson,Fischer,García,Haddad,Ivanova,Jensen,Kowalski,Lindqvist,Martínez,Martin,Nakamura,O'Brien,Petrov,Quispe,Rossi,Schmidt,Tanaka,Ueda,Vargas,Weber,Xu,Yilmaz,Zhang}`
const weeklyHours = JSON.stringify(
  ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY'].map((day) => ({ day, startsAt: '08:00', endsAt: '17:00' })),
)

/**
 * So many patients, and as many appointments, a hundred to a doctor on the weekdays that follow `from`. Answers a
 * doctor. Written as rows, since 100,000 acts would take their time.
 */
export async function fillRows(dataDirectory: string, count: number, from: Date): Promise<{ doctorId: string }> {
  const postgresDirectory = join(dataDirectory, 'postgres')
  const run = async (database: string, statements: readonly [string, ...unknown[]][]): Promise<Row[]> => {
    const client = await connectTo(postgresDirectory, database)
    try {
      let rows: Row[] = []
      for (const [statement, ...values] of statements) rows = (await client.query<Row>(statement, values)).rows
      // The server would do it by itself, in the middle of what is measured.
      await client.query('VACUUM ANALYZE')
      return rows
    } finally {
      await client.end()
    }
  }
  const doctorIds = idsOf(
    await run('doctor', [
      [
        `INSERT INTO doctors (id, name, sort_name, specialization, license_number, years_of_experience, gender, available,
           time_zone, weekly_hours, version)
         SELECT uuidv7(), 'Dr. Number ' || n, 'dr number ' || n, 'GENERAL_PRACTICE', 'BENCH-' || n, 10, 'UNKNOWN', true,
           'Europe/Berlin', $2::jsonb, 1
         FROM generate_series(1, $1::integer) AS n RETURNING id`,
        Math.ceil(count / visitsPerDoctor),
        weeklyHours,
      ],
    ]),
  )
  const patientIds = idsOf(
    await run('patient', [
      [
        `CREATE TEMPORARY TABLE made AS
         SELECT uuidv7() AS id, first_names[1 + n % 26] AS first_name, last_names[1 + n / 26 % 27] AS last_name, n
         FROM generate_series(1, $1::integer) AS n, (SELECT $2::text[] AS first_names, $3::text[] AS last_names) AS names`,
        count,
        firstNames,
        lastNames,
      ],
      [
        `INSERT INTO patients (id, name, sort_name, email, phone, date_of_birth, gender, insurance_policies, registered_on, version)
         SELECT id, first_name || ' ' || last_name, lower(first_name || ' ' || last_name), 'patient' || n || '@mail.example',
           '+1415' || 5550000 + n, date '1930-01-01' + n % 30000, 'UNKNOWN', '[]', date '2026-01-01', 1 FROM made`,
      ],
      [
        `INSERT INTO search_terms (record_id, term, all_terms)
         SELECT id, term, ' ' || array_to_string(terms, ' ') FROM made
         CROSS JOIN LATERAL (SELECT ARRAY[lower(first_name), lower(last_name), 'patient' || n || 'mailexample',
           '1415' || 5550000 + n, '415' || 5550000 + n, to_char(date '1930-01-01' + n % 30000, 'YYYYMMDD')] AS terms) AS found_by
         CROSS JOIN LATERAL unnest(terms) AS each (term)`,
      ],
      ['SELECT id FROM made'],
    ]),
  )
  await run('appointment', [
    [`INSERT INTO service_types VALUES ($1, 'Visit', 30, 8000, 'USD', true)`, serviceType],
    [
      // Four visits a day, for five weeks of weekdays.
      `INSERT INTO appointments (id, patient_id, doctor_id, service_type, starts_at, ends_at, status, fee_minor_units,
         fee_currency, created_at, version)
       SELECT uuidv7(), patient_id, ($2::uuid[])[1 + (n - 1) / ${visitsPerDoctor}], $3, starts_at, starts_at + interval '30 minutes',
         'CONFIRMED', 8000, 'USD', now(), 1
       FROM unnest($1::uuid[]) WITH ORDINALITY AS patients (patient_id, n)
       CROSS JOIN LATERAL (SELECT (n - 1) % ${visitsPerDoctor} AS place) AS places
       CROSS JOIN LATERAL (SELECT $4::timestamptz + (place / 4 / 5 * 7 + place / 4 % 5) * interval '1 day'
         + (8 + place % 4 * 2) * interval '1 hour' AS starts_at) AS starts`,
      patientIds,
      doctorIds,
      serviceType,
      from,
    ],
  ])
  const [doctorId = ''] = doctorIds
  return { doctorId }
}

interface Row {
  readonly id: string
}

const idsOf = (rows: readonly Row[]): string[] => rows.map(({ id }) => id)
