/** Tests run as ES modules, transpiled by swc; types are checked apart (`npm run typecheck`). */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx: true } }, module: { type: 'es6' } }],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/var/'],
  testTimeout: 60_000,
  maxWorkers: 2,
  // What a suite loaded is never given back to the worker, and ten times as slow after an hour of it: a new one costs a second.
  workerIdleMemoryLimit: '700MB',
};
