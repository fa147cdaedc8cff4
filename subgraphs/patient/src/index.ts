import { searchTables } from '@caregraph/database'
import { defineSubgraph, reference } from '@caregraph/subgraph'
import { loadPatients } from './find-patients.js'
import { patientTables } from './migrations/patients.js'
import { PatientIdentifierRow, PatientRow } from './patient.entity.js'
import { PatientResolver } from './patient.resolver.js'

export const patient = defineSubgraph({
  name: 'patient',
  resolvers: [PatientResolver],
  references: { Patient: reference('patient:read', loadPatients) },
  tables: {
    entities: [PatientRow, PatientIdentifierRow],
    migrations: [...searchTables, patientTables],
  },
})
