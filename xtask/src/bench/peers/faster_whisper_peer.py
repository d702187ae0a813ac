"""faster-whisper (CTranslate2, int8) on a recording.

usage: faster_whisper_peer.py MODEL_FOLDER AUDIO THREADS BEAM  -> one JSON object
"""
import json
import resource
import sys
import time

from faster_whisper import WhisperModel

folder, audio, threads, beam = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=threads)
started = time.perf_counter()
segments, info = model.transcribe(audio, beam_size=beam, language="en", vad_filter=True, word_timestamps=True)
text = " ".join(segment.text.strip() for segment in segments)
wall = time.perf_counter() - started
print(json.dumps({
    "wall_seconds": wall,
    "audio_seconds": info.duration,
    "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "text": text,
}))
