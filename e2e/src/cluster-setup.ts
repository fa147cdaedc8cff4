import { openTestClinic } from '@caregraph/cluster/testing'
import type { TestProject } from 'vitest/node'
import { clusterSettings } from './process.js'

/** One empty clinic for all stories, as in production: each room a process of its own, on real engines. */
export default async function startCluster(project: TestProject): Promise<() => Promise<void>> {
  const clinic = await openTestClinic({ settings: clusterSettings })
  project.provide('clinicUrl', clinic.url)
  return () => clinic.close()
}
