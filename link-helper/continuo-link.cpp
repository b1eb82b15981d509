// continuo-link: takes part in an Ableton Link session and speaks lines on standard input and output (see README.md).
// Copyright 2026 the authors of Continuo. Licence: GPL-2.0-or-later, because it is built around Link; see LICENSE.
#include <ableton/Link.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unistd.h>

namespace
{

using Micros = std::chrono::microseconds;

constexpr int tickMilliseconds = 20;
constexpr Micros heartbeat{250000};
/** A beat that is off by less than this has not moved: it was rounded. */
constexpr double movedBeats = 2e-5;
constexpr std::size_t longestLine = 200;

/** Written to by Link's threads, so that the main thread tells at once what they saw. */
int wakeWriteEnd = -1;

void wake()
{
  // A full pipe wakes as well as one more byte would.
  if (write(wakeWriteEnd, "", 1) < 0) return;
}

/**
 * From Link's clock to the engine's (the monotonic clock of the system, which Node reads too) and back. The two may run
 * at slightly different rates, so the difference is measured anew for every use.
 */
class ClockOffset
{
public:
  explicit ClockOffset(const ableton::Link::Clock& linkClock)
  {
    using Steady = std::chrono::steady_clock;
    auto shortest = Steady::duration::max();
    for (int attempt = 0; attempt < 4; ++attempt)
    {
      const auto before = Steady::now();
      const auto link = linkClock.micros();
      const auto after = Steady::now();
      if (after - before >= shortest) continue;
      shortest = after - before;
      const auto middle = before.time_since_epoch() + (after - before) / 2;
      offset = std::chrono::duration_cast<Micros>(middle) - link;
    }
  }

  Micros toEngine(Micros link) const { return link + offset; }
  Micros toLink(Micros engine) const { return engine - offset; }

private:
  Micros offset{0};
};

struct Report
{
  Micros micros{0};
  double bpm = 0;
  double beat = 0;
  double quantum = 4;
  std::size_t peers = 0;
  bool enabled = false;
  bool playing = false;
  Micros changed{0};

  /** Whether this one says more than that time has passed since `before`. */
  bool isNews(const Report& before) const
  {
    if (bpm != before.bpm || quantum != before.quantum || peers != before.peers) return true;
    if (enabled != before.enabled || playing != before.playing) return true;
    const auto passed = std::chrono::duration<double>(micros - before.micros).count();
    return std::fabs(beat - before.beat - passed * bpm / 60) > movedBeats;
  }
};

class Session
{
public:
  explicit Session(double bpm)
    : link(bpm)
  {
    link.setNumPeersCallback([](std::size_t) { wake(); });
    link.setTempoCallback([](double) { wake(); });
    link.setStartStopCallback([](bool) { wake(); });
  }

  /** Obeys one line. Throws std::invalid_argument with a sentence. */
  void obey(const std::string& line)
  {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word == "enable") link.enable(true);
    else if (word == "disable") link.enable(false);
    else if (word == "sync") link.enableStartStopSync(isOn(words));
    else if (word == "quantum") quantum = number(words, 0.25, 64, "a quantum in beats");
    else if (word == "tempo") setTempo(tempo(words));
    else if (word == "align" || word == "force") align(words, word == "force");
    else if (word == "start" || word == "stop") setPlaying(word == "start", time(words));
    else throw std::invalid_argument("unknown word");
    std::string rest;
    if (words >> rest) throw std::invalid_argument("too many words");
  }

  Report report() const
  {
    const ClockOffset clocks(link.clock());
    const auto state = link.captureAppSessionState();
    const auto now = link.clock().micros();
    Report report;
    report.micros = clocks.toEngine(now);
    report.bpm = state.tempo();
    report.beat = state.beatAtTime(now, quantum);
    report.quantum = quantum;
    report.peers = link.numPeers();
    report.enabled = link.isEnabled();
    report.playing = state.isPlaying();
    report.changed = clocks.toEngine(state.timeForIsPlaying());
    return report;
  }

private:
  static double number(std::istringstream& words, double least, double most, const char* what)
  {
    double value = 0;
    if (words >> value && value >= least && value <= most) return value;
    std::ostringstream sentence;
    sentence << "expected " << what << " from " << least << " to " << most;
    throw std::invalid_argument(sentence.str());
  }

  static double tempo(std::istringstream& words) { return number(words, 20, 999, "a tempo in beats per minute"); }

  static bool isOn(std::istringstream& words)
  {
    std::string word;
    words >> word;
    if (word != "on" && word != "off") throw std::invalid_argument("expected on or off");
    return word == "on";
  }

  Micros time(std::istringstream& words) const
  {
    const auto micros = number(words, 0, 9e15, "a time in microseconds");
    return ClockOffset(link.clock()).toLink(Micros(std::llround(micros)));
  }

  void setTempo(double bpm)
  {
    auto state = link.captureAppSessionState();
    state.setTempo(bpm, link.clock().micros());
    link.commitAppSessionState(state);
  }

  /** Puts `beat` on a time, and the tempo. Where there are peers it is theirs to say, unless they are to be forced. */
  void align(std::istringstream& words, bool forced)
  {
    const auto bpm = tempo(words);
    const auto beat = number(words, -1e9, 1e9, "a beat");
    const auto micros = time(words);
    if (!forced && link.numPeers() > 0) throw std::invalid_argument("there are peers");
    auto state = link.captureAppSessionState();
    state.setTempo(bpm, micros);
    state.forceBeatAtTime(beat, micros, quantum);
    link.commitAppSessionState(state);
  }

  void setPlaying(bool playing, Micros micros)
  {
    auto state = link.captureAppSessionState();
    state.setIsPlaying(playing, micros);
    link.commitAppSessionState(state);
  }

  ableton::Link link;
  double quantum = 4;
};

void print(const Report& report)
{
  std::printf("{\"type\":\"state\",\"micros\":%lld,\"bpm\":%.9f,\"beat\":%.9f,\"quantum\":%.6f,\"peers\":%zu,"
              "\"enabled\":%s,\"playing\":%s,\"changedMicros\":%lld}\n",
    static_cast<long long>(report.micros.count()), report.bpm, report.beat, report.quantum, report.peers,
    report.enabled ? "true" : "false", report.playing ? "true" : "false", static_cast<long long>(report.changed.count()));
}

/** Obeys every whole line that has come. */
void obeyLines(Session& session, std::string& pending)
{
  for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1))
  {
    try
    {
      session.obey(pending.substr(0, end));
    }
    catch (const std::invalid_argument& fault)
    {
      std::printf("{\"type\":\"refused\",\"sentence\":\"%s\"}\n", fault.what());
    }
  }
  if (pending.size() > longestLine) pending.clear();
}

void run(Session& session, int wakeReadEnd)
{
  Report told;
  std::string pending;
  char bytes[512];
  for (;;)
  {
    pollfd events[] = {{STDIN_FILENO, POLLIN, 0}, {wakeReadEnd, POLLIN, 0}};
    poll(events, 2, told.enabled ? tickMilliseconds : static_cast<int>(heartbeat.count() / 1000));
    if (events[1].revents) while (read(wakeReadEnd, bytes, sizeof bytes) > 0) {}
    const bool wasAsked = events[0].revents != 0;
    if (wasAsked)
    {
      const auto count = read(STDIN_FILENO, bytes, sizeof bytes);
      // The engine is gone, or wants us gone.
      if (count <= 0) return;
      pending.append(bytes, static_cast<std::size_t>(count));
      obeyLines(session, pending);
    }
    const auto report = session.report();
    if (!wasAsked && !report.isNews(told) && report.micros - told.micros < heartbeat) continue;
    print(report);
    told = report;
  }
}

} // namespace

int main(int count, char** words)
{
  const double bpm = count > 1 ? std::atof(words[1]) : 120;
  if (count > 2 || !(bpm >= 20 && bpm <= 999))
  {
    std::fprintf(stderr, "usage: continuo-link [TEMPO]   with a tempo of 20 to 999 beats per minute\n");
    return 2;
  }
  int ends[2];
  if (pipe(ends) != 0)
  {
    std::perror("continuo-link: pipe");
    return 1;
  }
  for (const int end : ends) fcntl(end, F_SETFL, O_NONBLOCK);
  wakeWriteEnd = ends[1];
  // Ctrl-C reaches the engine and us at once; the engine ends us when it has said its last.
  std::signal(SIGINT, SIG_IGN);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("{\"type\":\"hello\",\"protocol\":1}\n");
  Session session(bpm);
  run(session, ends[0]);
  return 0;
}
