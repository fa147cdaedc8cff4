import { defineSubgraph, extension, reference } from '@caregraph/subgraph'
import { AppointmentRow, ServiceTypeRow, StatusChangeRow } from './appointment.entity.js'
import { jobs } from './appointment.jobs.js'
import { AppointmentResolver } from './appointment.resolver.js'
import { openServices, type Services } from './appointment.services.js'
import { loadAppointments } from './find-appointments.js'
import { appointmentTables } from './migrations/appointments.js'
import { DoctorResolver, PatientResolver } from './people.resolver.js'
import { ServiceTypeResolver } from './service-type.resolver.js'
import { loadServiceTypes } from './service-types.js'
import { StatusFeedResolver } from './status-feed.resolver.js'

export const appointment = defineSubgraph<Services>({
  name: 'appointment',
  resolvers: [AppointmentResolver, ServiceTypeResolver, PatientResolver, DoctorResolver, StatusFeedResolver],
  references: {
    Appointment: reference('appointment:read', loadAppointments),
    ServiceType: reference('public', loadServiceTypes, 'code'),
    Patient: extension,
    Doctor: extension,
  },
  tables: {
    entities: [AppointmentRow, StatusChangeRow, ServiceTypeRow],
    migrations: [appointmentTables],
  },
  jobs,
  services: openServices,
})
