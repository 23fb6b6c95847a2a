#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Files that are rare and whole, or broken in part: sides of 1 pixel, all that can be turned at once, animations,
# times that begin late or before 0, a broken sound, EXIF in every kind of picture. odd_files.sh; the command comes
# from BUILD_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
ran() { timeout 200 "$enhance" "$1" "$2" --overwrite "${@:3}" -- strength=0 2> said || { cat said; wrong "$1 to $2 failed"; }; }
facts() { ffprobe -v error -select_streams v:0 -show_entries "stream=${2:-width,height}" -of csv=p=0 "$1" | head -1 | sed 's/,*$//'; }
times() { ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1" | tr -d , | sort -n | tr '\n' ' '; }
frames() { times "$1" | wc -w; }
kinds() { ffprobe -v error -show_entries stream=codec_type -of csv=p=0 "$1" | tr -d , | sort | tr '\n' ' '; }
source='testsrc2=size=64x48:rate=25:duration=0.6,gblur=sigma=4'
x264='-c:v libx264 -preset veryfast -crf 12 -pix_fmt yuv420p'

# Sizes.
for size in 1:48 64:1 1:1 63:47; do
  ff -f lavfi -i "$source,scale=$size,setsar=1,format=yuv444p" -c:v ffv1 "size-${size/:/x}.mkv"
  ran "size-${size/:/x}.mkv" out.mkv
  is "$size: the size" "$(facts out.mkv)" "$((2 * ${size%:*})),$((2 * ${size#*:}))"
  is "$size: the number of frames" "$(frames out.mkv)" 15
done

# shellcheck disable=SC2086
{
  # Turned, in fields and of full range at once.
  ff -f lavfi -i "testsrc2=size=64x48:rate=50:duration=0.6,scale=out_range=full,format=yuvj420p,interlace" -c:v libx264 -flags +ildct+ilme \
    -x264opts tff=1 -crf 10 fields.mp4
  ff -i fields.mp4 -c copy -metadata:s:v:0 rotate=90 turned.mp4
  for container in mkv mp4; do
    ran turned.mp4 out.$container
    is "turned fields to .$container" "$(facts out.$container width,height,color_range) $(frames out.$container)" '96,128,pc 30'
  done

  # Pixels that are not square, as the container alone says, and ones that it cannot mean.
  ff -f lavfi -i "$source" $x264 square.mp4
  for shape in 1:2 3:1 85:1; do
    for name in shape.mkv shape.mp4; do
      ff -i square.mp4 -c copy -aspect $shape $name
      for container in mkv mp4 webm; do
        ran $name out.$container
        is "$name of $shape to .$container: the aspect" "$(facts out.$container sample_aspect_ratio)" "$(facts $name sample_aspect_ratio)"
      done
    done
  done
  perl -0777 -pe 's/pasp\K.{8}/pack("NN", 1500, 1)/se' square.mp4 > shape.mp4
  ran shape.mp4 out.mp4
  said 'shape.mp4: says that its pixels are 1500:1, which no container keeps: they are taken for square'

  # Times: uneven, late, before 0, many a second, of one frame.
  ff -f lavfi -i "$source" -vf "select='mod(n+2,5)'" -fps_mode passthrough -enc_time_base 1:1000 -c:v libvpx-vp9 -crf 10 -b:v 0 uneven.webm
  ff -f lavfi -i "$source" -f lavfi -i sine=duration=0.6 $x264 -c:a aac sound.mp4
  ff -i sound.mp4 -c copy -output_ts_offset 5 late.mkv
  ff -f lavfi -i testsrc2=size=64x48:rate=1000:duration=0.1 $x264 -r 1000 fast.mp4
  ff -f lavfi -i "$source" -f lavfi -i sine=duration=0.6 $x264 -c:a libopus -frames:v 1 single.mkv
  for name in uneven.webm late.mkv fast.mp4 single.mkv; do
    for container in mkv webm; do
      ran $name out.$container
      is "$name to .$container: the times" "$(times out.$container)" "$(times $name)"
      is "$name to .$container: the tracks" "$(kinds out.$container)" "$(kinds $name)"
    done
  done
  # Few frames under a longer sound.
  ff -f lavfi -i testsrc2=size=64x48:rate=1:duration=2 -f lavfi -i sine=duration=2.4 $x264 -c:a aac slide.mp4
  ff -f lavfi -i testsrc2=size=64x48:rate=1/5:duration=60 -f lavfi -i sine=duration=60 $x264 -c:a aac slides.mp4
  for container in mkv mp4 webm; do
    for name in slide.mp4 slides.mp4; do
      ran $name out.$container
      is "$name to .$container: the times" "$(times out.$container)" "$(times $name)"
    done
  done
  ff -i sound.mp4 -c copy -output_ts_offset -0.2 -avoid_negative_ts disabled before.mkv
  for container in mkv mp4 webm; do
    ran before.mkv out.$container
    is "before.mkv to .$container: the frames" "$(frames out.$container)" 15
    grep -q 'the times of others' said && wrong 'frames before 0 are taken for misplaced'
    # The same as they were to one another, but for what a decoder of sound skips in the beginning.
    ffprobe -v error -show_entries stream=start_time -of csv=p=0 out.$container | tr -d , |
      awk '{t[NR] = $1} END {d = t[1] - t[2]; exit !(NR == 2 && d > -0.03 && d < 0.04)}' ||
      wrong "before.mkv to .$container: picture and sound begin at $(ffprobe -v error -show_entries stream=start_time -of csv=p=0 out.$container | tr '\n' ' ')"
  done

  # Broadcasts, which have no index and begin anywhere: all of the sound, as far from the picture as it was.
  lag() { ffprobe -v error -show_entries packet=codec_type,pts_time -of csv=p=0 "$1" | awk -F, '!($1 in t) && $2 > -0.02 {t[$1] = $2} END {printf "%.1f", t["video"] - t["audio"]}'; }
  last() { ffprobe -v error -select_streams a -show_entries packet=pts_time -of csv=p=0 "$1" | tr -d , | sort -n | tail -1; }
  long="-f lavfi -i testsrc2=size=64x48:rate=25:duration=4 -f lavfi -i sine=duration=4"
  ff $long -c:v mpeg2video -q:v 4 -c:a mp2 sound.mpg
  ff $long -c:v libx264 -preset veryfast -g 100 -c:a aac sound.ts
  for name in sound.mpg sound.ts; do
    for container in mkv mp4 webm; do
      ran $name out.$container
      is "$name to .$container: the frames" "$(frames out.$container)" 100
      is "$name to .$container: how late the picture is" "$(lag out.$container)" "$(lag $name)"
      awk -v t="$(last out.$container)" 'BEGIN { exit !(t > 3.9 && t < 4.1) }' || wrong "$name to .$container: the sound ends at $(last out.$container)"
    done
    ran $name out.mkv --preview 1s@2.5
    is "$name: frames of a part" "$(frames out.mkv)" 25
  done

  # What a decoder of VP9 leaves out unless it is asked for it.
  ff -f lavfi -i "$source,format=yuva420p,colorchannelmixer=aa=0.5" -c:v libvpx-vp9 -pix_fmt yuva420p clear.webm
  ran clear.webm out.mp4
  said 'its transparency is left out'

  # Two videos; none; a sound of which every second packet is noise.
  ff -f lavfi -i "$source" -f lavfi -i testsrc=size=32x32:rate=25:duration=0.6 -map 0 -map 1 $x264 two.mkv
  ran two.mkv out.mkv
  said 'two.mkv: holds several videos, of which the first is enhanced'
  is 'two videos' "$(kinds out.mkv)$(facts out.mkv)" 'video 128,96'
  ff -f lavfi -i sine=duration=0.6 sound.m4a
  refused 'sound.m4a: holds no video' "$enhance" sound.m4a none.mkv
  ff -i square.mp4 -f rawvideo raw.yuv
  refused 'raw.yuv: frames alone, which do not tell their size' "$enhance" raw.yuv none.mkv
  ff -f lavfi -i "$source" -f lavfi -i sine=duration=0.6 $x264 -c:a mp3 noise.mkv
  python3 - <<'END'
import json, subprocess
data = bytearray(open('noise.mkv', 'rb').read())
shown = subprocess.check_output('ffprobe -v error -select_streams a -show_entries packet=pos,size -of json noise.mkv'.split())
for packet in json.loads(shown)['packets'][1::2]:
    begin = int(packet['pos']) + 8
    for i in range(begin, begin + int(packet['size']) - 16):
        data[i] = i * 37 % 256
open('noise.mkv', 'wb').write(data)
END
  for container in mkv webm; do
    ran noise.mkv out.$container
    is "a broken sound to .$container" "$(kinds out.$container)$(frames out.$container)" 'audio video 15'
  done
}

# Animations are videos, whatever their names say.
ff -f lavfi -i "$source" -c:v apng -f apng moves.png
ff -f lavfi -i "$source" moves.gif
for name in moves.png moves.gif; do
  ran $name out.mp4
  is "$name: the frames" "$(frames out.mp4)" 15
  grep -q transparency said && wrong "$name: is opaque, and said to lose transparency"
  refused "$name: is a" "$enhance" $name none.png
  said 'which is read as a video'
done
mkdir folder
cp moves.png folder/
"$enhance" folder large -- strength=0 2> said || { cat said; wrong 'a folder with an animation failed'; }
is 'an animation in a folder' "$(ls large)" moves.mkv

# EXIF's orientation in PNG, WebP and TIFF, as the same picture upright shows; 16 bits of grey.
ff -f lavfi -i "$source" -frames:v 1 -pix_fmt rgb24 plain.png
ff -i plain.png -lossless 1 plain.webp
ff -i plain.png -f rawvideo plain.rgb
python3 - <<'END'
import struct, zlib
def ifd(entries, at):  # of TIFF, little-endian; all values fit in their entries
    body = b''.join(struct.pack('<HHII', tag, kind, 1, value) for tag, kind, value in entries)
    return struct.pack('<2sHIH', b'II', 42, at, len(entries)) + body + struct.pack('<I', 0)
exif = ifd([(274, 3, 6)], 8)  # to be turned clockwise
png = open('plain.png', 'rb').read()
end = png.index(b'IDAT') - 4
open('exif.png', 'wb').write(png[:end] + struct.pack('>I', len(exif)) + b'eXIf' + exif + struct.pack('>I', zlib.crc32(b'eXIf' + exif)) + png[end:])
webp = open('plain.webp', 'rb').read()[12:]
chunks = b'VP8X' + struct.pack('<IB', 10, 8) + b'\0\0\0' + struct.pack('<I', 63)[:3] + struct.pack('<I', 47)[:3] + webp + \
    b'EXIF' + struct.pack('<I', len(exif)) + exif
open('exif.webp', 'wb').write(b'RIFF' + struct.pack('<I', 4 + len(chunks)) + b'WEBP' + chunks)
rgb = open('plain.rgb', 'rb').read()
tags = [(256, 4, 64), (257, 4, 48), (258, 3, 8), (259, 3, 1), (262, 3, 2), (273, 4, 256), (274, 3, 6), (277, 3, 3), (278, 4, 48), (279, 4, len(rgb)), (284, 3, 1)]
open('exif.tif', 'wb').write(ifd(tags, 8).ljust(256, b'\0') + rgb)
END
ff -i plain.png plain.pam
pixels() { ffmpeg -nostdin -v error -i "$1" -vf format=rgb24 -f rawvideo - | md5sum; }
ran plain.png want.png
ran plain.pam out.png
is 'plain.pam: the picture' "$(pixels out.png)" "$(pixels want.png)"
ff -i plain.png -vf transpose=clock upright.png
ran upright.png want.png
for kind in png webp tif; do
  [ $kind = png ] || ldd "$enhance" | grep -q exiv2 || continue
  ran exif.$kind out.png
  is "exif.$kind: the picture" "$(pixels out.png)" "$(pixels want.png)"
  ran out.png again.png
  is "exif.$kind: turned once" "$(facts again.png)" 192,256
done
ff -f lavfi -i "$source" -frames:v 1 -pix_fmt gray16be deep.png
ran deep.png out.png
is 'deep.png: the format' "$(facts out.png pix_fmt)" gray16be
finish 'odd files are whole'
