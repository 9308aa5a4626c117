"use strict";
/**
 * Makes a fresh clone ready and prints the path of a Node that can run it. It must itself run on any Node from 14 on with nothing
 * installed, so it has no dependencies and no new syntax. All messages go to standard error; standard output is the path alone.
 *
 * Why not simply the Node that is there: `node:sqlite` is built in from 22.13 and 23.4 on, and Moleculer 0.15 wants 22. A registry package
 * brings Node 24 for glibc Linux. Its path in the package is used because not every npm links it into `node_modules/.bin`.
 */
const { spawn, spawnSync } = require("child_process");
const fs = require("fs");
const path = require("path");

const root = path.resolve(__dirname, "..");
const modules = path.join(root, "node_modules");
/** npm writes it when everything is in place. */
const installed = path.join(modules, ".package-lock.json");
/** Held while this project installs. It lies outside of node_modules, because `npm ci` empties that. */
const lock = path.join(root, ".npm-ci.lock");

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages || {};
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Compares what is installed with the lock file package by package: times of change say nothing after a checkout or a copy. */
function upToDate() {
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  const found = packagesOf(installed);
  if (!wanted || !found) return false;
  const production = process.env.NODE_ENV === "production";
  const mayMiss = (one) => one.optional || one.devOptional || (production && one.dev);
  return (
    Object.keys(found).every((name) => wanted[name]) &&
    Object.keys(wanted).every((name) => {
      if (name === "") return true;
      const [want, have] = [wanted[name], found[name]];
      return have ? have.version === want.version && have.integrity === want.integrity : mayMiss(want);
    })
  );
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Process ids in the lock, the launcher's and its npm's. Undefined when nobody holds it. */
function holders(file) {
  try {
    return fs.readFileSync(file, "utf8").split(" ").map(Number).filter(Boolean);
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

const forget = (file) => fs.rmSync(file, { force: true });

/** Takes the lock, unless it exists: a link fails then, and never shows a lock that is half-written. */
function takeLock() {
  const own = `${lock}.${process.pid}`;
  fs.writeFileSync(own, String(process.pid));
  try {
    fs.linkSync(own, lock);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    forget(own);
  }
}

/** A lock whose processes are dead is that of an installation that was interrupted: what it left must not look complete. */
function clearInterrupted() {
  const aside = `${lock}.${process.pid}`;
  forget(installed);
  try {
    fs.renameSync(lock, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  const isNew = (holders(aside) || []).some(isAlive); // another launcher was faster and has taken the lock anew
  if (isNew) fs.linkSync(aside, lock);
  forget(aside);
}

/** Includes the kinds of packages that are needed here, whatever the user's npm is set to leave out. */
function npmCi(done) {
  const viaNpm = /npm-cli\.c?js$/.test(process.env.npm_execpath || "");
  const args = ["ci", "--include=dev", "--include=optional", "--loglevel=error"];
  const [command, full] = viaNpm ? [process.execPath, [process.env.npm_execpath].concat(args)] : ["npm", args];
  const npm = spawn(command, full, { cwd: root, stdio: ["ignore", 2, 2] });
  if (npm.pid) {
    fs.writeFileSync(`${lock}.${process.pid}`, `${process.pid} ${npm.pid}`);
    fs.renameSync(`${lock}.${process.pid}`, lock); // never half-written
  }
  let stopped;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      stopped = signal;
      npm.kill("SIGTERM");
    });
  }
  npm.on("error", (error) => done(error.message));
  npm.on("close", (code, signal) => done(stopped || (code === 0 ? undefined : signal || `exit code ${code}`)));
}

function install() {
  if (upToDate()) {
    forget(lock); // another launcher was at it until now
    return ready();
  }
  forget(installed); // an installation that is interrupted must not look complete
  process.stderr.write("Installing the packages (npm ci), once …\n");
  npmCi((failure) => {
    if (failure) forget(installed);
    forget(lock);
    if (failure) fail(`npm ci did not finish (${failure}); what it says stands above.`);
    ready();
  });
}

function prepare(told) {
  const pids = holders(lock);
  if (!pids && upToDate()) return ready();
  if (!pids && takeLock()) return install();
  if (pids && !pids.some(isAlive)) clearInterrupted();
  else if (pids && !told) process.stderr.write("Waiting for another process that is installing the packages …\n");
  setTimeout(prepare, 200, told || Boolean(pids));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function ready() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const newEnough = major > 23 || (major === 23 && minor >= 4) || (major === 22 && minor >= 13);
  const node = newEnough ? process.execPath : path.join(modules, `node-linux-${process.arch}`, "bin", "node");
  const runs = newEnough || spawnSync(node, ["--version"]).status === 0;
  if (!runs) fail(`Node 22.13 or newer is needed on ${process.platform}-${process.arch}; this is Node ${process.versions.node}.`);
  process.stdout.write(`${node}\n`);
  process.exitCode = 0;
}

prepare(false);
