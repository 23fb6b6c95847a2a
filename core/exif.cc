// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/exif.h"

#ifdef GAN_HAVE_EXIV2
#include <exiv2/exiv2.hpp>

namespace gan {
namespace {

constexpr const char* kOrientation = "Exif.Image.Orientation";

// Throws what Exiv2 throws where it does not know the file.
auto opened(const std::string& path) {
  Exiv2::LogMsg::setLevel(Exiv2::LogMsg::mute);
  auto image = Exiv2::ImageFactory::open(path);
  image->readMetadata();
  return image;
}

}  // namespace

int exif_orientation(const std::string& path) {
  try {
    const auto image = opened(path);
    const auto found = image->exifData().findKey(Exiv2::ExifKey(kOrientation));
    const int value = found == image->exifData().end() ? 1 : std::stoi(found->toString());
    return value >= 1 && value <= 8 ? value : 1;
  } catch (const std::exception&) {
    return 1;
  }
}

bool copy_exif(const std::string& from, const std::string& to) {
  try {
    const auto source = opened(from);
    if (source->exifData().empty() && source->xmpData().empty() && source->iptcData().empty() &&
        !source->iccProfileDefined())
      return false;
    const auto copy = opened(to);
    Exiv2::ExifData exif = source->exifData();
    if (exif.findKey(Exiv2::ExifKey(kOrientation)) != exif.end()) exif[kOrientation] = uint16_t{1};
    Exiv2::ExifThumb(exif).erase();  // of the old size
    // A TIFF's own layout is EXIF to Exiv2: what the new file says of itself stays.
    for (const auto& own : copy->exifData()) {
      const auto stale = exif.findKey(Exiv2::ExifKey(own.key()));
      if (stale != exif.end()) exif.erase(stale);
      exif.add(own);
    }
    copy->setExifData(exif);
    copy->setIptcData(source->iptcData());
    copy->setXmpData(source->xmpData());
    if (source->iccProfileDefined()) {
#if EXIV2_TEST_VERSION(0, 28, 0)
      copy->setIccProfile(Exiv2::DataBuf(source->iccProfile()));
#else
      Exiv2::DataBuf profile(source->iccProfile()->pData_, source->iccProfile()->size_);
      copy->setIccProfile(profile);
#endif
    }
    copy->writeMetadata();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace gan
#else
namespace gan {
int exif_orientation(const std::string&) { return 0; }
bool copy_exif(const std::string&, const std::string&) { return false; }
}  // namespace gan
#endif
