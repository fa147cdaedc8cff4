import { searchTables } from '@caregraph/database'
import { defineSubgraph, reference } from '@caregraph/subgraph'
import { DoctorIdentifierRow, DoctorRow, TimeOffRow } from './doctor.entity.js'
import { DoctorResolver } from './doctor.resolver.js'
import { openDoctorServices } from './doctor.services.js'
import { loadDoctors } from './find-doctors.js'
import { doctorTables } from './migrations/doctors.js'

export const doctor = defineSubgraph({
  name: 'doctor',
  resolvers: [DoctorResolver],
  references: { Doctor: reference('public', loadDoctors) },
  services: openDoctorServices,
  tables: {
    entities: [DoctorRow, DoctorIdentifierRow, TimeOffRow],
    migrations: [...searchTables, doctorTables],
  },
})
