/** Command lines of the two servers, with no shell between us and the process, so that its id is the server's. */
import { join } from 'node:path';

/** The directory (LDAP) that Keycloak asks; the password opens nothing but a list of people who do not exist. */
export const directory = {
  baseDn: 'dc=example,dc=test',
  usersDn: 'ou=people,dc=example,dc=test',
  groupsDn: 'ou=groups,dc=example,dc=test',
  bindDn: 'cn=keycloak,dc=example,dc=test',
  bindPassword: 'reader',
};

export const administrator = { username: 'admin', password: 'admin' };

/** What Keycloak's kc.sh gives to Java, as far as it matters here. */
const javaOptions = [
  '-Xms64m',
  '-Xmx384m',
  '-XX:MaxMetaspaceSize=256m',
  // It lives for a minute or two: the second compiler would only take time from the tests.
  '-XX:TieredStopAtLevel=1',
  '-Duser.language=en',
  '-Duser.country=US',
  '-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory',
  '-Djava.util.logging.manager=org.jboss.logmanager.LogManager',
  '-Dpicocli.disable.closures=true',
  ...['java.util', 'java.util.concurrent', 'java.security', 'java.lang'].map(
    (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
  ),
];

/**
 * Keycloak.
 * @param distribution its folder as unpacked
 * @param home where `conf` and `data` are; that of the distribution or one beside it
 * @param args what kc.sh would get
 * @param more options of Java
 */
export function keycloakCommand(distribution, home, args, more = []) {
  return [
    'java',
    [
      ...javaOptions,
      ...more,
      `-Dkc.home.dir=${home}`,
      `-Djboss.server.config.dir=${join(home, 'conf')}`,
      '-cp',
      join(distribution, 'lib/quarkus-run.jar'),
      'io.quarkus.bootstrap.runner.QuarkusEntryPoint',
      ...args,
    ],
  ];
}

/**
 * Arguments of a start with the settings that every start has. `certificate` and `key` are paths of PEM files, `knownPort` is where
 * others reach it.
 */
export function startArguments({ port, knownPort = port, managementPort, certificate, key }) {
  return [
    'start',
    '--optimized',
    `--hostname=https://127.0.0.1:${knownPort}`,
    '--http-enabled=false',
    '--http-host=127.0.0.1',
    `--https-port=${port}`,
    `--https-certificate-file=${certificate}`,
    `--https-certificate-key-file=${key}`,
    '--http-management-scheme=http',
    `--http-management-port=${managementPort}`,
    '--cache=local',
    // Being asked whether it is ready is not worth a line.
    '--log-level=info,io.smallrye.health:error',
  ];
}

/** The directory server, with the people of an LDIF file. */
export function directoryCommand(jar, port, people) {
  const { baseDn, bindDn, bindPassword } = directory;
  const tool = 'com.unboundid.ldap.listener.InMemoryDirectoryServerTool';
  const java = ['-Xmx64m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', jar, tool];
  const login = ['--additionalBindDN', bindDn, '--additionalBindPassword', bindPassword];
  return ['java', [...java, '--baseDN', baseDn, '--port', String(port), '--ldifFile', people, ...login]];
}
